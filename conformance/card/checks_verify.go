package card

import (
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// verifyChecks are the rows of VERIFY's decision table.
func verifyChecks() []suite.Check {
	const verify = "SP 800-73-4 part 2 §3.2.1"
	const format = "SP 800-73-4 part 2 §2.4.3"
	piv := needs(target.PIV)
	test := needs(target.PIV, target.TestCard)
	spends := needs(target.PIV, target.TestCard, target.Bench)
	formed := needs(target.PIV, target.TestCard, target.Bench, target.FormatFirst)
	formed8 := needs(target.AuthentIC, target.TestCard, target.Bench, target.FormatFirst)
	refused := func(command string, sw ...iso7816.SW) func(context.Context, *target.Target) error {
		return mending(sparing(say(command, sw...)))
	}
	return []suite.Check{
		{ID: "card.verify-parameter", Title: "VERIFY with a P1 other than 00 and FF is answered 6A86", Source: verify, Requires: piv, Proof: "card.p1p2-ignored", Because: "not 6A86", Run: with(say("00200180", iso7816.WrongP1P2))},
		{ID: "card.verify-reference", Title: "VERIFY of a passcode that the card does not have is answered 6A88", Source: verify, Requires: piv, Proof: "card.p1p2-ignored", Because: "not 6A88", Run: with(say("00200055", iso7816.ReferenceNotFound))},
		{ID: "card.verify-reference-authentic", Title: "VERIFY of a credential that the card does not have is answered 6A88", Source: "ISO/IEC 7816-4 §11.5.6", Requires: needs(target.AuthentIC), Proof: "card.p1p2-ignored", Because: "not 6A88", Run: with(say("00200007", iso7816.ReferenceNotFound))},
		{ID: "card.verify-logout", Title: "VERIFY with P1 FF forgets the verified passcode", Source: verify, Requires: test, Proof: "card.logout-ignored", Because: "should not be verified", Run: with(steps(verified, say("0020FF80"), unverified))},
		{ID: "card.verify-logout-always", Title: "VERIFY with P1 FF is answered 9000 when nothing was verified", Source: verify, Requires: piv, Proof: "card.logout-unknown", Because: "not 9000", Run: with(say("0020FF80"))},
		{ID: "card.verify-logout-data", Title: "VERIFY with P1 FF and data is answered 6A80", Source: verify, Requires: piv, Proof: "card.malformed-accepted", Because: "not 6A80", Run: with(say("0020FF80 08 FFFFFFFFFFFFFFFF", iso7816.WrongData))},
		{ID: "card.verify-status-verified", Title: "Asking for the tries after the right passcode is answered 9000", Source: verify, Requires: needs(target.TestCard), Proof: "card.asking-refused:power=2", Because: "not 9000", Run: with(steps(verified, status(iso7816.OK)))},
		{ID: "card.verify-status-blocked", Title: "Asking for the tries of a blocked passcode is answered 6983", Source: verify, Requires: needs(target.TestCard, target.Bench), Proof: "card.tries-lie", Because: "not 6983", Run: restoring(steps(spent, status(iso7816.MethodBlocked)))},
		{ID: "card.verify-blocked-data", Title: "Once blocked the passcode is answered 6983 whatever fills the block", Source: verify, Requires: spends, Proof: "card.wrong-error-word", Because: "6983", Run: restoring(steps(spentAtLast, say("00200080 08 4142434445464748", iso7816.MethodBlocked)))},
		{ID: "card.verify-last-try", Title: "The wrong passcode that spends the last try is answered 63C0 or 6983", Source: verify, Requires: needs(target.TestCard, target.Bench), Proof: "card.counter-not-decremented", Because: "last try", Run: restoring(lastTry)},
		{ID: "card.verify-wrong-forgets", Title: "A wrong passcode ends what the right one began", Source: verify, Requires: needs(target.TestCard, target.Bench), Proof: "card.wrong-remembers", Because: "should not be verified", Run: mending(steps(verified, mistaken, unverified, verified))},
		{ID: "card.verify-letters", Title: "A passcode with a letter is answered 6A80 and spends no try", Source: format, Requires: formed, Proof: "card.format-spends-try", Because: "tries", Run: refused("00200080 08 313233343561FFFF", iso7816.WrongData)},
		{ID: "card.verify-five-digits", Title: "A passcode of five digits is answered 6A80 and spends no try", Source: format, Requires: formed, Proof: "card.format-spends-try", Because: "tries", Run: refused("00200080 08 3132333435FFFFFF", iso7816.WrongData)},
		{ID: "card.verify-inner-filling", Title: "A passcode with filling in the middle is answered 6A80 and spends no try", Source: format, Requires: formed, Proof: "card.format-spends-try", Because: "tries", Run: refused("00200080 08 313233FF343536FF", iso7816.WrongData)},
		{ID: "card.verify-zero-filling", Title: "A passcode filled with 00 instead of FF is answered 6A80 and spends no try", Source: format, Requires: formed, Proof: "card.format-spends-try", Because: "tries", Run: refused("00200080 08 3132333435360000", iso7816.WrongData)},
		{ID: "card.verify-only-filling", Title: "A block of nothing but filling is answered 6A80 and spends no try", Source: format, Requires: formed, Proof: "card.format-spends-try", Because: "tries", Run: refused("00200080 08 FFFFFFFFFFFFFFFF", iso7816.WrongData)},
		{ID: "card.verify-filling-authentic", Title: "AuthentIC answers a passcode filled with 00 with 6A80 and spends no try", Source: "AuthentIC passcode policy; OpenSC pads with FF", Requires: formed8, Proof: "card.format-spends-try", Because: "tries", Run: refused("00200001 08 3132333435360000", iso7816.WrongData)},
		{ID: "card.verify-short-authentic", Title: "AuthentIC answers a passcode shorter than its policy with 6A80 and spends no try", Source: "AuthentIC passcode policy, 5F DO tag 84", Requires: formed8, Proof: "card.format-spends-try", Because: "tries", Run: refused("00200001 08 313233FFFFFFFFFF", iso7816.WrongData)},
		{ID: "card.verify-length-authentic", Title: "AuthentIC answers a passcode block not as long as its policy with 6700 and spends no try", Source: "AuthentIC passcode policy, 5F DO tag 83", Requires: formed8, Proof: "card.wrong-length-spends-try", Because: "6700", Run: refused("00200001 06 313233343536", iso7816.WrongLength)},
	}
}

// spentAtLast is spent for a card whose word for blocked is what is judged.
func spentAtLast(ctx context.Context, s *session) error {
	left, err := s.tries(ctx)
	for range left {
		err = errors.Join(err, mistaken(ctx, s))
	}
	return err
}

func lastTry(ctx context.Context, s *session) error {
	left, err := s.tries(ctx)
	if err != nil {
		return err
	}
	var sw iso7816.SW
	for range left {
		if sw, err = s.verify(ctx, s.wrong()); err != nil {
			return err
		}
	}
	if sw != 0x63C0 && sw != iso7816.MethodBlocked {
		return fmt.Errorf("the wrong passcode that spends the last try of %d is answered %04X, not 63C0 or 6983", left, uint16(sw))
	}
	return nil
}

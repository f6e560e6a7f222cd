package card

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// passcodeChecks are about changing a passcode, unblocking it, and what of it
// lasts.
func passcodeChecks() []suite.Check {
	const (
		change  = "ISO/IEC 7816-4 §11.5.7; SP 800-73-4 part 2 §3.2.2"
		unblock = "ISO/IEC 7816-4 §11.5.10; SP 800-73-4 part 2 §3.2.3"
		lasting = "ISO/IEC 7816-4 §11.5.6; NHS: only an unlock opens a locked card"
		driver  = "OpenSC card-authentic.c"
	)
	spends := needs(target.TestCard, target.Bench)
	puk := needs(target.TestCard, target.Bench, target.PUK)
	piv := needs(target.PIV, target.TestCard, target.Bench)
	pivPUK := append(needs(target.PIV), puk[1:]...)
	authentic := needs(target.AuthentIC, target.TestCard, target.Bench)
	authenticPUK := append(needs(target.AuthentIC), puk[1:]...)
	return []suite.Check{
		{ID: "card.change", Title: "After a change the new passcode is right and the old one wrong", Source: change, Requires: spends, Proof: "card.change-forgets", Because: "the new passcode", Run: restoring(steps(changed, newPasscodeWorks))},
		{ID: "card.change-survives-reset", Title: "A changed passcode stays changed after a reset", Source: change, Requires: spends, Proof: "card.change-forgets", Because: "the new passcode", Run: restoring(steps(changed, restarted, newPasscodeWorks))},
		{ID: "card.change-verifies", Title: "On PIV a change leaves the passcode verified", Source: "SP 800-73-4 part 2 §3.2.2", Requires: piv, Proof: "card.change-forgets", Because: "whether the passcode is verified", Run: restoring(steps(changed, status(iso7816.OK)))},
		{ID: "card.change-wrong-old", Title: "A change from a wrong passcode is answered 63Cx, spends one try and changes nothing", Source: change, Requires: spends, Proof: "card.change-unchecked", Because: "not 63Cx", Run: mending(changeWrongOld)},
		{ID: "card.change-malformed-new", Title: "A change to what cannot be a passcode is answered 6A80 and changes nothing", Source: change, Requires: spends, Proof: "card.change-unchecked", Because: "not 6A80", Run: mending(changeMalformedNew)},
		{ID: "card.change-length", Title: "A change that brings only one value is refused for its length", Source: change, Requires: spends, Proof: "card.change-unchecked", Because: "not 6700", Run: mending(sparing(changeLength))},
		{ID: "card.change-blocked", Title: "A blocked passcode cannot be changed: 6983", Source: change, Requires: spends, Proof: "card.change-unchecked", Because: "not 6983", Run: restoring(steps(spent, changeBlocked))},
		{ID: "card.change-reference", Title: "On PIV a change of a passcode that the card does not have is answered 6A88", Source: "SP 800-73-4 part 2 §3.2.2", Requires: piv, Proof: "card.p1p2-ignored", Because: "not 6A88", Run: mending(say("00240055 10 303030303030FFFF303030303030FFFF", iso7816.ReferenceNotFound))},
		{ID: "card.change-set-guarded", Title: "AuthentIC sets a new passcode only after the old one was shown: 6982", Source: driver, Requires: authentic, Proof: "card.change-unchecked", Because: "not 6982", Run: mending(say("00240101 08 363534333231FFFF", iso7816.SecurityStatus))},
		{ID: "card.change-puk", Title: "After a change of the PUK the new one unblocks and the old one does not", Source: change, Requires: puk, Proof: "card.change-forgets", Because: "PUK", Run: restoring(pukChanged)},

		{ID: "card.unblock", Title: "The PUK opens a blocked passcode with a new one", Source: unblock, Requires: puk, Proof: "card.change-forgets", Because: "the new passcode", Run: restoring(steps(spent, unblocked, newPasscodeWorks))},
		{ID: "card.unblock-restores-tries", Title: "Unblocking gives back all tries", Source: unblock, Requires: puk, Proof: "card.change-forgets", Because: "tries", Run: restoring(fullTries(spent, unblocked))},
		{ID: "card.unblock-not-verified", Title: "Unblocking does not verify the new passcode", Source: unblock, Requires: puk, Proof: "card.unblock-verifies", Because: "should not be verified", Run: restoring(steps(unblocked, unverified))},
		{ID: "card.unblock-wrong-puk", Title: "A wrong PUK is answered 63Cx and spends one of its tries", Source: unblock, Requires: pivPUK, Proof: "card.unblock-unchecked", Because: "not 63Cx", Run: restoring(wrongUnblock)},
		{ID: "card.unblock-puk-blocks", Title: "The PUK blocks when its tries are used up, for the right one too", Source: unblock, Requires: pivPUK, Proof: "card.unblock-unchecked", Because: "63Cx", Run: restoring(steps(pukSpent, pukBlocked))},
		{ID: "card.unblock-puk-blocked-survives-reset", Title: "A blocked PUK stays blocked after a reset", Source: lasting, Requires: puk, Proof: "card.reset-unblocks", Because: "not 6983", Run: restoring(steps(pukSpent, restarted, pukBlocked))},
		{ID: "card.unblock-malformed-new", Title: "Unblocking with what cannot be a passcode is answered 6A80", Source: unblock, Requires: puk, Proof: "card.unblock-unchecked", Because: "not 6A80", Run: restoring(unblockMalformed)},
		{ID: "card.unblock-reference", Title: "On PIV unblocking anything but the PIV passcode is answered 6A88", Source: "SP 800-73-4 part 2 §3.2.3", Requires: piv, Proof: "card.p1p2-ignored", Because: "not 6A88", Run: mending(say("002C0055 10 3030303030303030303030303030FFFF", iso7816.ReferenceNotFound))},
		{ID: "card.unblock-guarded", Title: "AuthentIC resets the counter only after the PUK was shown: 6982", Source: driver, Requires: authentic, Proof: "card.unblock-unchecked", Because: "not 6982", Run: mending(say("002C0201 08 363534333231FFFF", iso7816.SecurityStatus))},
		{ID: "card.unblock-passcode-not-enough", Title: "AuthentIC takes the passcode itself for no PUK: 6982", Source: driver, Requires: authentic, Proof: "card.unblock-unchecked", Because: "not 6982", Run: mending(steps(verified, say("002C0201 08 363534333231FFFF", iso7816.SecurityStatus)))},
		{ID: "card.unblock-keeping", Title: "AuthentIC gives back the tries and keeps the passcode when asked to", Source: driver, Requires: authenticPUK, Proof: "card.change-forgets", Because: "tries", Run: mending(fullTries(mistaken, unblockedKeeping))},

		{ID: "card.blocked-survives-reset", Title: "A blocked passcode stays blocked after a reset", Source: lasting, Requires: spends, Proof: "card.reset-unblocks", Because: "not 6983", Run: restoring(steps(spent, restarted, stillBlocked))},
		{ID: "card.blocked-survives-removal", Title: "A blocked passcode stays blocked when the card is taken out and put in", Source: lasting, Requires: spends, Proof: "card.reset-unblocks", Because: "not 6983", Run: restoring(steps(spent, replugged, stillBlocked))},
		{ID: "card.spent-survives-removal", Title: "A spent try stays spent when the card is taken out and put in", Source: lasting, Requires: spends, Proof: "card.tries-lie", Because: "tries", Run: mending(steps(spentOne(replugged), verified))},
		{ID: "card.removal-forgets", Title: "Taking the card out forgets the verified passcode", Source: "ISO/IEC 7816-4 §5.5", Requires: needs(target.TestCard, target.Bench), Proof: "card.verify-survives-reset", Because: "should not be verified", Run: with(steps(verified, replugged, unverified))},
	}
}

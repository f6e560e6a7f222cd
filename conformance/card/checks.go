package card

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

var (
	anyCard  = []target.Feature{target.Card}
	testCard = []target.Feature{target.Card, target.TestCard}
	spending = []target.Feature{target.Card, target.TestCard, target.Bench}
)

// Checks is the suite, in the order a person would read it.
func Checks() []suite.Check {
	return slices.Concat(
		firstChecks(),
		atrChecks(),
		selectChecks(),
		objectChecks(),
		verifyChecks(),
		passcodeChecks(),
		signChecks(),
		adminChecks(),
		probeChecks(),
		dataModelChecks(),
		fileChecks(),
		environmentChecks(),
		t0Checks(),
		faultChecks(),
	)
}

// firstChecks are the ones to read first: what everything else stands on.
func firstChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.atr", Title: "The answer to reset is well formed and its check byte is right", Source: "ISO/IEC 7816-3 §8.2", Requires: anyCard, Proof: "card.atr-wrong-check", Because: "check byte", Run: raw(atrValid)},
		{ID: "card.recognised", Title: "The answer to reset tells the card's series", Source: "agent: the list of series; card makers' published ATRs", Requires: and(anyCard, target.AsIssued), Proof: "card.atr-unknown:power=2", Because: "series", Run: raw(recognised)},
		{ID: "card.protocol", Title: "The card speaks the protocol the cell asked for", Source: "ISO/IEC 7816-3 §9; the cell", Requires: anyCard, Proof: "card.other-protocol", Because: "the cell is for", Run: raw(protocolRight)},
		{ID: "card.selects", Title: "The application selects by its identifier", Source: "ISO/IEC 7816-4 §11.1.1", Requires: anyCard, Proof: "card.select-refused:power=2", Because: "does not select", Run: with(nothingMore)},
		{ID: "card.unknown-application", Title: "An unknown application is answered 6A82 and the chosen one stays", Source: "ISO/IEC 7816-4 §11.1.1; SP 800-73-4 part 2 §3.1.1", Requires: anyCard, Proof: "card.unknown-application-accepted", Because: "not 6A82", Run: with(unknownApplication)},
		{ID: "card.certificates", Title: "Both certificates read without passcode and parse", Source: "RFC 5280 §4.1", Requires: anyCard, Proof: "card.certificate-corrupt:power=2", Because: "certificate", Run: with(certificatesParse)},
		{ID: "card.holder", Title: "Both certificates name the same holder with a 12-digit UUID", Source: "NHS certificate profile: common name UUID_First_Last", Requires: and(anyCard, target.NHSNames), Proof: "card.wrong-holder", Because: "holder", Run: with(sameHolder)},
		{ID: "card.key-usage", Title: "One certificate is for signing in and the other for content commitment", Source: "RFC 5280 §4.2.1.3", Requires: anyCard, Proof: "card.pairs-swapped", Because: "key usage", Run: with(keyUsage)},
		{ID: "card.certificate-current", Title: "Both certificates are within their validity", Source: "RFC 5280 §4.1.2.5", Requires: anyCard, Proof: "card.certificate-expired", Because: "validity", Run: with(current)},
		{ID: "card.tries-free", Title: "Asking for the tries left spends none", Source: "ISO/IEC 7816-4 §11.5.6", Requires: testCard, Proof: "card.asking-spends-try", Because: "asked twice", Run: with(triesFree)},
		{ID: "card.short-passcode-free", Title: "A passcode block of the wrong length is refused and spends no try", Source: "SP 800-73-4 part 2 §3.2.1; AuthentIC passcode policy", Requires: append([]target.Feature{target.FormatFirst}, spending...), Proof: "card.wrong-length-spends-try", Because: "tries", Run: mending(wrongLengthFree)},
		{ID: "card.wrong-passcode-spends-one", Title: "A wrong passcode spends exactly one try and the right one restores them", Source: "ISO/IEC 7816-4 §11.5.6", Requires: spending, Proof: "card.counter-not-decremented", Because: "tries", Run: mending(wrongSpendsOne)},
		{ID: "card.blocks", Title: "The passcode blocks when the tries are used up, for the right one too", Source: "ISO/IEC 7816-4 §11.5.6; SP 800-73-4 part 2 §3.2.1", Requires: spending, Proof: "card.counter-not-decremented", Because: "block", Run: restoring(blocks)},
		{ID: "card.block-survives-reset", Title: "A spent try stays spent when the card is reset", Source: "ISO/IEC 7816-4 §11.5.6", Requires: spending, Proof: "card.tries-lie", Because: "tries", Run: mending(steps(spentSurvivesReset, verified))},
		{ID: "card.sign-needs-passcode", Title: "Neither key signs before the passcode: 6982", Source: "ISO/IEC 7816-4 §5.6; SP 800-73-4 part 1 table 4a", Requires: anyCard, Proof: "card.sign-without-passcode", Because: "passcode", Run: with(signNeedsPasscode)},
		{ID: "card.authentication-sha256", Title: "The authentication key's SHA-256 signature verifies with its certificate", Source: "RFC 8017 §8.2; agent protocol §6", Requires: testCard, Proof: "card.wrong-signature", Because: "does not verify", Run: with(authenticationSHA256)},
		{ID: "card.authentication-sha1", Title: "The authentication key's SHA-1 signature verifies with its certificate", Source: "RFC 8017 §8.2", Requires: testCard, Proof: "card.keys-swapped", Because: "does not verify", Run: with(authenticationSHA1)},
		{ID: "card.commitment-sha256", Title: "The content-commitment key's SHA-256 signature verifies with its certificate", Source: "RFC 8017 §8.2; agent protocol §3", Requires: testCard, Proof: "card.wrong-signature", Because: "does not verify", Run: with(commitmentSHA256)},
		{ID: "card.commitment-sha1", Title: "The content-commitment key's SHA-1 signature verifies with its certificate", Source: "RFC 8017 §8.2; agent protocol §3", Requires: testCard, Proof: "card.wrong-signature", Because: "does not verify", Run: with(commitmentSHA1)},
		{ID: "card.reset-forgets", Title: "A reset forgets the verified passcode", Source: "ISO/IEC 7816-4 §5.5; agent protocol §1 step 6", Requires: testCard, Proof: "card.verify-survives-reset", Because: "reset", Run: with(resetForgets)},
		{ID: "card.commitment-asks-each-time", Title: "The content-commitment key wants the passcode directly before each signature", Source: "SP 800-73-4 part 1 table 4a, key 9C", Requires: append([]target.Feature{target.PIV}, testCard...), Proof: "card.content-commitment-not-always", Because: "second", Run: with(commitmentFresh)},
		{ID: "card.t0-more", Title: "On T=0 an answer to a command with data is announced by 61xx and fetched whole", Source: "ISO/IEC 7816-3 §12.2.1; ISO/IEC 7816-4 §5.3.4", Requires: append([]target.Feature{target.T0}, anyCard...), Proof: "card.t0-wrong-length:power=2", Because: "announced", Run: raw(t0More)},
		{ID: "card.t0-right-length", Title: "On T=0 a wrong length is answered 6Cxx and the repeat with xx succeeds", Source: "ISO/IEC 7816-3 §12.2.1", Requires: append([]target.Feature{target.T0}, anyCard...), Proof: "card.t0-wrong-length:power=2", Because: "repeated", Run: raw(t0RightLength)},
		{ID: "card.get-response-empty", Title: "GET RESPONSE with nothing pending is refused", Source: "ISO/IEC 7816-4 §11.6.1", Requires: anyCard, Proof: "card.get-response-stale", Because: "nothing pending", Run: with(getResponseEmpty)},
		{ID: "card.garbage", Title: "Empty, short and senseless commands are answered with a status word of an error", Source: "ISO/IEC 7816-3 §12.1; issue: bad input", Requires: anyCard, Proof: "card.accepts-anything", Because: "not an error", Run: with(garbage)},
		{ID: "card.unknown-instruction", Title: "An unknown instruction is refused and the card goes on working", Source: "ISO/IEC 7816-4 §5.6", Requires: anyCard, Proof: "card.accepts-anything", Because: "instruction F0", Run: with(unknownInstruction)},
	}
}

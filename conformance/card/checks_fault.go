package card

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// and is the features of a check that wants some more.
func and(base []target.Feature, more ...target.Feature) []target.Feature {
	return append(more, base...)
}

// faultChecks are what the catalogue of faults asks for: each holds of a healthy
// card and does not hold of a card with the fault it names.
func faultChecks() []suite.Check {
	var all []suite.Check
	for _, list := range [][]suite.Check{momentChecks(), byteChecks(), wordChecks(), memoryChecks(), contentChecks(), certificateChecks()} {
		all = append(all, list...)
	}
	return all
}

// momentChecks: the card is there from the first command to the last.
func momentChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.stays", Title: "The card stays in the reader through a whole conversation", Source: "ISO/IEC 7816-3 §6.4; issue: removal at any command", Requires: anyCard, Proof: "card.removed-at", Because: "was taken out", Run: with(conversation)},
		{ID: "card.stays-after-passcode", Title: "The card stays in the reader after the passcode", Source: "protocol §9: CARD_REMOVED", Requires: testCard, Proof: "card.removed-before-sign", Because: "was taken out", Run: with(askAfterPasscode)},
		{ID: "card.stays-while-signing", Title: "The card stays in the reader while it signs", Source: "protocol §9: CARD_REMOVED", Requires: testCard, Proof: "card.removed-mid-command", Because: "was taken out", Run: with(authenticationSHA256)},
		{ID: "card.signs-in-time", Title: "A signature is made while the reader waits", Source: "ISO/IEC 7816-3 §11.4.3", Requires: testCard, Proof: "card.mute-while-signing", Because: "is not answered", Run: with(signsInTime)},
		{ID: "card.not-reset", Title: "Nobody resets the card while one program uses it", Source: "PC/SC part 5 §4; OpenSC #703", Requires: anyCard, Proof: "card.reset-at:power=2", Because: "another program reset", Run: with(conversation)},
		{ID: "card.holds-passcode", Title: "A verified passcode holds until the signature", Source: "ISO/IEC 7816-4 §5.5", Requires: testCard, Proof: "card.restarts-before-sign", Because: "has forgotten", Run: with(passcodeHolds)},
		{ID: "card.prompt", Title: "SELECT is answered within half a second, at the second attempt at the latest", Source: "ISO/IEC 7816-3 §11.4.3, block waiting time; measured cards take 15 ms", Requires: anyCard, Proof: "card.slow:ms=550,power=2", Because: "half a second", Run: raw(prompt)},
		{ID: "card.answers", Title: "No command is left without an answer", Source: "ISO/IEC 7816-3 §11.4.3", Requires: anyCard, Proof: "card.mute-at:power=2", Because: "is not answered", Run: raw(answers)},
		{ID: "card.first-command", Title: "The first command after a reset is run", Source: "ISO/IEC 7816-4 §5.1", Requires: anyCard, Proof: "card.first-command-lost:power=2", Because: "first command", Run: raw(firstCommand)},
		{ID: "card.warm-reset", Title: "A warm reset is answered like a cold one", Source: "ISO/IEC 7816-3 §6.2", Requires: and(anyCard, target.Bench), Proof: "card.warm-atr", Because: "warm reset", Run: sameATR},
	}
}

// byteChecks: what travels is whole, in step and of the length asked for.
func byteChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.status-word", Title: "Every answer ends with a status word", Source: "ISO/IEC 7816-3 §12.1", Requires: anyCard, Proof: "card.empty-answer:power=2", Because: "not a response", Run: with(conversation)},
		{ID: "card.long-answers-whole", Title: "Long answers arrive with their status word", Source: "ISO/IEC 7816-3 §12.1", Requires: anyCard, Proof: "card.truncated-response:power=2", Because: "not a response", Run: with(certificatesParse)},
		{ID: "card.in-step", Title: "Each command gets its own answer and not the one before", Source: "ISO/IEC 7816-3 §11.6", Requires: anyCard, Proof: "card.stale-answer", Because: "own answer", Run: raw(inStep)},
		{ID: "card.no-more-than-asked", Title: "No answer is longer than what was asked for", Source: "ISO/IEC 7816-3 §12.1.3", Requires: anyCard, Proof: "card.long-answer:power=2", Because: "more than", Run: with(noMoreThanAsked)},
		{ID: "card.answers-end", Title: "A long answer comes to an end", Source: "ISO/IEC 7816-4 §5.3.4", Requires: anyCard, Proof: "card.more-data-endless:power=2", Because: "never finishes", Run: with(certificatesParse)},
		{ID: "card.read-brings", Title: "A read that succeeds brings data", Source: "ISO/IEC 7816-4 §11.2.3", Requires: anyCard, Proof: "card.read-empty:power=2", Because: "nothing", Run: with(readBrings)},
		{ID: "card.containers", Title: "The certificates are in the containers that their series uses", Source: "SP 800-73-4 part 1 appendix A; ISO/IEC 7816-15 §8.8", Requires: anyCard, Proof: "card.garbage:power=2", Because: "container", Run: with(containers)},
		{ID: "card.announced", Title: "On T=1 the bytes that 61xx announces are those that GET RESPONSE brings", Source: "ISO/IEC 7816-4 §5.3.4", Requires: and(anyCard, target.PIV, target.T1), Proof: "card.more-than-there-is", Because: "announced", Run: with(announced)},
		{ID: "card.length-agreed", Title: "On T=1 a command repeated with the length of 6Cxx is answered", Source: "ISO/IEC 7816-4 §5.6", Requires: and(anyCard, target.T1), Proof: "card.wrong-length-loop:power=2", Because: "does not agree", Run: raw(lengthAgreed)},
		{ID: "card.le-00", Title: "On T=1 an expected length of 00 stands for 256", Source: "ISO/IEC 7816-3 §12.1.3", Requires: and(anyCard, target.T1), Proof: "card.le-zero:power=2", Because: "expected length of 00", Run: raw(leZero)},
		{ID: "card.full-block", Title: "On T=1 256 bytes come at once where 256 are asked for", Source: "SP 800-73-4 part 2 §3.1.2; ISO/IEC 7816-4 §11.2.3", Requires: and(anyCard, target.T1), Proof: "card.short-blocks", Because: "at once", Run: with(fullBlock)},
		{ID: "card.short-commands", Title: "On T=1 commands with short lengths are understood", Source: "ISO/IEC 7816-3 §12.1.3", Requires: and(anyCard, target.T1), Proof: "card.extended-only:power=2", Because: "short length", Run: raw(shortCommands)},
		{ID: "card.parts-accepted", Title: "The first part of a chained GENERAL AUTHENTICATE is accepted", Source: "SP 800-73-4 part 2 §3.2.4; ISO/IEC 7816-4 §5.3.3", Requires: and(anyCard, target.PIV), Proof: "card.chaining-refused:power=2", Because: "part of a chain", Run: with(partsAccepted)},
		{ID: "card.signature-length", Title: "A signature is as long as the key's modulus", Source: "RFC 8017 §8.2.1; OpenSC #1283", Requires: testCard, Proof: "card.signature-short", Because: "modulus", Run: with(signatureLength)},
		{ID: "card.category", Title: "The historical bytes begin with a category that ISO/IEC 7816-4 knows", Source: "ISO/IEC 7816-4 §12.1.1", Requires: anyCard, Proof: "card.historical-bytes", Because: "category", Run: raw(category)},
	}
}

// wordChecks: the card says what is the matter.
func wordChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.refusals-named", Title: "An unknown application and an unknown instruction are refused in different words", Source: "ISO/IEC 7816-4 §5.6", Requires: anyCard, Proof: "card.errors-unnamed:power=2", Because: "6D00", Run: with(refusalsNamed)},
		{ID: "card.wrong-passcode-refused", Title: "A wrong passcode is never answered 9000", Source: "ISO/IEC 7816-4 §11.5.6", Requires: spending, Proof: "card.wrong-passcode-accepted", Because: "answered 9000", Run: restoring(wrongNeverGood)},
		{ID: "card.right-passcode-accepted", Title: "The right passcode is answered 9000", Source: "ISO/IEC 7816-4 §11.5.6", Requires: testCard, Proof: "card.right-passcode-refused:power=2", Because: "the right passcode", Run: with(func(ctx context.Context, s *session) error { return s.login(ctx) })},
		{ID: "card.wrong-passcode-counted", Title: "The answer to a wrong passcode says how many tries are left", Source: "ISO/IEC 7816-4 §5.6, 63Cx", Requires: spending, Proof: "card.tries-unsaid", Because: "how many", Run: restoring(wrongCounted)},
		{ID: "card.tries-told", Title: "Asked for the tries left, the card tells them", Source: "SP 800-73-4 part 2 §3.2.1; ISO/IEC 7816-4 §11.5.6", Requires: anyCard, Proof: "card.asking-refused:power=2", Because: "asked for the tries left", Run: with(triesTold)},
		{ID: "card.verified-told", Title: "Asked after the right passcode, the card says that none is wanted", Source: "SP 800-73-4 part 2 §3.2.1; yubico-piv-tool #77", Requires: testCard, Proof: "card.asking-never-verified", Because: "9000", Run: with(verifiedTold)},
		{ID: "card.last-try-63c0", Title: "The wrong passcode that spends the last try is answered 63C0, as this series does", Source: "SP 800-73-4 part 2 §3.2.1; the profile's blocked_at_once", Requires: and(spending, target.AsIssued), Proof: "card.last-try-answer", Because: "63C0", Run: restoring(lastTryAnswered)},
		{ID: "card.blocked-6983", Title: "A blocked passcode is answered 6983", Source: "ISO/IEC 7816-4 §5.6; SP 800-73-4 part 2 §3.2.1", Requires: spending, Proof: "card.blocked-otherwise:power=2", Because: "6983", Run: restoring(blockedTold)},
		{ID: "card.padding", Title: "The passcode is filled up with FF", Source: "SP 800-73-4 part 2 §2.4.3; AuthentIC passcode policy", Requires: spending, Proof: "card.passcode-padding:power=2", Because: "filled", Run: restoring(paddingFF)},
		{ID: "card.certificates-free", Title: "The certificates need no passcode", Source: "SP 800-73-4 part 1 table 3", Requires: anyCard, Proof: "card.read-needs-passcode:power=2", Because: "without the passcode", Run: with(certificatesFree)},
		{ID: "card.other-application-forgets", Title: "Selecting another application forgets the passcode", Source: "ISO/IEC 7816-4 §5.5; SP 800-73-4 part 2 §3.1.1", Requires: testCard, Proof: "card.passcode-shared", Because: "another application", Run: with(otherForgets)},
		{ID: "card.puk-known", Title: "The PUK that the back end knows unblocks the passcode", Source: "SP 800-73-4 part 2 §3.2.3; ISO/IEC 7816-4 §11.5.10", Requires: and(spending, target.PUK), Proof: "card.puk-other", Because: "PUK", Run: restoring(pukKnown)},
		{ID: "card.not-withdrawn", Title: "The card is none of a withdrawn series", Source: "NHS: series 4 to 6 are withdrawn", Requires: anyCard, Proof: "card.series-5:power=2", Because: "withdrawn", Run: raw(notWithdrawn)},
	}
}

// memoryChecks: what is written is written, and outlives power.
func memoryChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.power-keeps-counter", Title: "A spent try stays spent when the card loses power", Source: "ISO/IEC 7816-4 §11.5.6", Requires: spending, Proof: "card.counter-volatile", Because: "power", Run: powerKeepsCounter},
		{ID: "card.counter-writes", Title: "The card can write its counter", Source: "ISO/IEC 7816-4 §5.6, 6581", Requires: testCard, Proof: "card.memory-fails:power=2", Because: "6581", Run: with(func(ctx context.Context, s *session) error { return s.login(ctx) })},
		{ID: "card.room", Title: "There is room to change the passcode", Source: "ISO/IEC 7816-4 §5.6, 6A84", Requires: spending, Proof: "card.memory-full", Because: "6A84", Run: restoring(roomToChange)},
		{ID: "card.change-whole", Title: "A passcode change is done whole or not at all", Source: "ISO/IEC 7816-4 §11.5.7; issue: tearing", Requires: spending, Proof: "card.torn-write", Because: "neither", Run: changeWhole},
		{ID: "card.personalised", Title: "The card was personalised: it has an authentication certificate and its passcode may be tried", Source: "issue: blank cards", Requires: anyCard, Proof: "card.blank:power=2", Because: "not personalised", Run: with(personalised)},
	}
}

// contentChecks: what the office wrote.
func contentChecks() []suite.Check {
	piv, authentic := and(anyCard, target.PIV), and(anyCard, target.AuthentIC)
	return []suite.Check{
		{ID: "card.one-application", Title: "The application of the other series is not on the card", Source: "issue: two applets on one card", Requires: anyCard, Proof: "card.two-applications", Because: "also on", Run: with(oneApplication)},
		{ID: "card.default-application", Title: "PIV answers after a reset without being selected", Source: "SP 800-73-4 part 1 §2.2; the profile's default_selected", Requires: and(piv, target.AsIssued), Proof: "card.not-default", Because: "without being selected", Run: raw(defaultApplication)},
		{ID: "card.template", Title: "The answer to SELECT is an application property template", Source: "SP 800-73-4 part 2 table 3", Requires: piv, Proof: "card.template-malformed", Because: "property template", Run: with(propertyTemplate)},
		{ID: "card.compression-flag", Title: "A certificate is compressed exactly where it says so", Source: "SP 800-73-4 part 1 appendix A, CertInfo", Requires: piv, Proof: "card.certificate-gzip-flag:power=2", Because: "compressed", Run: with(compressionFlag)},
		{ID: "card.certificate-there", Title: "The certificate objects are not empty", Source: "SP 800-73-4 part 1 §3.2.1", Requires: piv, Proof: "card.certificate-object-empty:power=2", Because: "is empty", Run: with(certificateThere)},
		{ID: "card.discovery", Title: "The discovery object names the PIV application", Source: "SP 800-73-4 part 1 §3.3.2", Requires: piv, Proof: "card.discovery-missing", Because: "discovery", Run: with(discovery)},
		{ID: "card.discovery-preference", Title: "The passcode that the discovery object prefers is there", Source: "SP 800-73-4 part 1 §3.3.2, PIN usage policy", Requires: piv, Proof: "card.global-pin", Because: "prefers", Run: with(discoveryPreference)},
		{ID: "card.directory-there", Title: "EF.DIR says where the PKCS#15 application is", Source: "ISO/IEC 7816-15 §7.4", Requires: authentic, Proof: "card.dir-missing", Because: "EF.DIR", Run: with(directoryThere)},
		{ID: "card.fcp-access", Title: "The control parameters of a file have its access rules", Source: "ISO/IEC 7816-4 §7.4; AuthentIC tag 86", Requires: authentic, Proof: "card.fcp-no-access", Because: "tag 86", Run: with(fcpAccess)},
		{ID: "card.fcp-length", Title: "A file ends where its control parameters say", Source: "ISO/IEC 7816-4 §7.4, tag 80", Requires: authentic, Proof: "card.fcp-size", Because: "promise", Run: with(fcpLength)},
	}
}

// certificateChecks: whose card it is, and by whose word.
func certificateChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.certificate-begun", Title: "No certificate begins in the future", Source: "RFC 5280 §4.1.2.5", Requires: anyCard, Proof: "card.certificate-future", Because: "begins", Run: with(begun)},
		{ID: "card.certificate-issuers", Title: "Both certificates are signed by the toy authorities", Source: "RFC 5280 §6.1", Requires: and(anyCard, target.Toy), Proof: "card.certificate-authority", Because: "is not signed", Run: with(issuers)},
		{ID: "card.certificate-not-revoked", Title: "Neither certificate has the serial number of the card reported lost", Source: "RFC 5280 §5.3", Requires: and(anyCard, target.Toy), Proof: "card.certificate-revoked", Because: "reported lost", Run: with(notRevoked)},
		{ID: "card.key-length", Title: "Both keys are RSA of 2048 bits or more", Source: "NIST SP 800-131A rev. 2 §3", Requires: anyCard, Proof: "card.key-weak:power=2", Because: "bits", Run: with(keyLength)},
		{ID: "card.signs-only", Title: "The authentication certificate is for signatures and not for encipherment", Source: "RFC 5280 §4.2.1.3", Requires: anyCard, Proof: "card.key-usage", Because: "encipherment", Run: with(signsOnly)},
		{ID: "card.holder-uuid", Title: "The authentication certificate's common name begins with a 12-digit UUID", Source: "NHS certificate profile", Requires: and(anyCard, target.NHSNames), Proof: "card.holder-unnamed", Because: "UUID", Run: with(holderUUID)},
		{ID: "card.one-person", Title: "Both certificates have the same common name", Source: "NHS certificate profile", Requires: and(anyCard, target.NHSNames), Proof: "card.two-holders", Because: "two persons", Run: with(onePerson)},
	}
}

// insSelect and the others are instructions that the bodies below send.
const (
	insSelect      = 0xA4
	insRead        = 0xB0
	insGetData     = 0xCB
	insGetResponse = 0xC0
	insVerify      = 0x20
	insChange      = 0x24
	insUnblock     = 0x2C
	insGenAuth     = 0x87
)

package card

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// objectChecks are about reading PIV's data objects.
func objectChecks() []suite.Check {
	const (
		layout  = "SP 800-73-4 part 1 appendix A"
		getData = "SP 800-73-4 part 2 §3.1.2"
		rules   = "SP 800-73-4 part 1 table 2"
		pieces  = "ISO/IEC 7816-4 §5.3.4"
	)
	piv := needs(target.PIV)
	test := needs(target.PIV, target.TestCard)
	return []suite.Check{
		{ID: "card.object-discovery", Title: "The discovery object is 7E with the application's name and the passcode policy", Source: layout, Requires: piv, Proof: "card.objects-reordered", Because: "order", Run: with(laidOut(tagDiscovery))},
		{ID: "card.object-capabilities", Title: "The card capability container has its fields in the standard's order", Source: layout, Requires: piv, Proof: "card.objects-reordered", Because: "order", Run: with(laidOut(tagCCC))},
		{ID: "card.object-holder", Title: "The CHUID has its fields in the standard's order", Source: layout, Requires: piv, Proof: "card.objects-reordered", Because: "order", Run: with(laidOut(tagCHUID))},
		{ID: "card.object-printed", Title: "The printed information has its fields in the standard's order", Source: layout, Requires: test, Proof: "card.objects-reordered", Because: "order", Run: with(steps(verified, laidOut(tagPrinted)))},
		{ID: "card.object-authentication", Title: "The authentication certificate's object has certificate, information byte and error code, in that order", Source: layout, Requires: piv, Proof: "card.objects-reordered", Because: "order", Run: with(laidOut(tagAuthentication))},
		{ID: "card.object-commitment", Title: "The signature certificate's object has certificate, information byte and error code, in that order", Source: layout, Requires: piv, Proof: "card.objects-reordered", Because: "order", Run: with(laidOut(tagCommitment))},
		{ID: "card.object-optional", Title: "Each optional object that anybody may read is absent with 6A82 or an empty 53, or laid out as the standard says", Source: layout, Requires: piv, Proof: "card.absent-is-empty", Because: "empty", Run: with(optionalObjects)},
		{ID: "card.object-length-form", Title: "The length of each object is written as short as it can be", Source: "SP 800-73-4 part 1 §3.1; ISO/IEC 8825-1 §10.1", Requires: piv, Proof: "card.length-form-wrong", Because: "length form", Run: with(shortestLengths)},
		{ID: "card.object-nothing-follows", Title: "Nothing follows an object", Source: getData, Requires: piv, Proof: "card.objects-padded", Because: "follow", Run: with(nothingFollows)},
		{ID: "card.object-absent", Title: "An object that no standard knows is answered 6A82", Source: getData, Requires: piv, Proof: "card.absent-is-empty", Because: "not 6A82", Run: with(say("00CB3FFF 05 5C035FC1F0 00", iso7816.FileNotFound))},
		{ID: "card.object-biometrics-guarded", Title: "Fingerprints, face and iris are answered 6982 before the passcode, there or not", Source: rules, Requires: piv, Proof: "card.reads-unguarded", Because: "not 6982", Run: with(steps(guarded(0x03), guarded(0x08), guarded(0x21)))},
		{ID: "card.object-printed-guarded", Title: "The printed information is answered 6982 before the passcode", Source: rules, Requires: piv, Proof: "card.reads-unguarded", Because: "not 6982", Run: with(guarded(0x09))},
		{ID: "card.object-pairing-guarded", Title: "The pairing code is answered 6982 before the passcode, there or not", Source: rules, Requires: piv, Proof: "card.reads-unguarded", Because: "not 6982", Run: with(guarded(0x23))},
		{ID: "card.object-guarded-again", Title: "After a logout the printed information is answered 6982 again", Source: rules + "; part 2 §3.2.1", Requires: test, Proof: "card.logout-ignored", Because: "not 6982", Run: with(steps(verified, say("0020FF80"), guarded(0x09)))},
		{ID: "card.object-guarded-after-reset", Title: "After a reset the printed information is answered 6982 again", Source: rules, Requires: test, Proof: "card.verify-survives-reset", Because: "not 6982", Run: with(steps(verified, restarted, guarded(0x09)))},
		{ID: "card.object-parameters", Title: "GET DATA with other parameters than 3F FF is answered 6A86", Source: getData, Requires: piv, Proof: "card.p1p2-ignored", Because: "not 6A86", Run: with(steps(say("00CB0000 03 5C017E 00", iso7816.WrongP1P2), say("00CB3F00 03 5C017E 00", iso7816.WrongP1P2)))},
		{ID: "card.object-no-list", Title: "GET DATA whose data is no tag list is answered 6A80", Source: getData, Requires: piv, Proof: "card.malformed-accepted", Because: "not 6A80", Run: with(steps(say("00CB3FFF 03 5D017E 00", iso7816.WrongData, iso7816.FunctionMissing), say("00CB3FFF 02 5C03 00", iso7816.WrongData)))},
		{ID: "card.object-empty-list", Title: "GET DATA with an empty tag list is answered 6A80", Source: getData, Requires: piv, Proof: "card.malformed-accepted", Because: "not 6A80", Run: with(say("00CB3FFF 02 5C00 00", iso7816.WrongData, iso7816.FunctionMissing))},
		{ID: "card.partial-read", Title: "Asked for eight bytes of an object the card gives eight and announces the rest", Source: pieces + "; what OpenSC 0.23 sends", Requires: needs(target.PIV, target.T1), Proof: "card.partial-read-refused", Because: "eight bytes", Run: with(partialRead)},
		{ID: "card.get-response-by-one", Title: "An object fetched byte by byte is the object", Source: pieces, Requires: piv, Proof: "card.pieces-lose-byte:power=2", Because: "in steps of 1", Run: with(fetched(tagCHUID, 1))},
		{ID: "card.get-response-by-eight", Title: "An object fetched in steps of eight bytes is the object", Source: pieces, Requires: piv, Proof: "card.pieces-lose-byte:power=2", Because: "in steps of 8", Run: with(fetched(tagCHUID, 8))},
		{ID: "card.get-response-by-256", Title: "An object longer than 256 bytes fetched in the longest steps is the object", Source: pieces, Requires: piv, Proof: "card.pieces-lose-byte:power=2", Because: "in steps of 256", Run: with(fetched(tagAuthentication, 256))},
		{ID: "card.get-response-discarded", Title: "Another command discards what was left to fetch", Source: pieces, Requires: piv, Proof: "card.pending-kept", Because: "another command", Run: with(discarded)},
		{ID: "card.get-response-nothing", Title: "GET RESPONSE with nothing pending is answered 6985", Source: "ISO/IEC 7816-4 §11.6.1; recorded PIV cards", Requires: piv, Proof: "card.get-response-stale", Because: "not 6985", Run: with(nothingPending)},
		{ID: "card.get-response-once", Title: "What was fetched cannot be fetched again", Source: pieces, Requires: piv, Proof: "card.get-response-stale", Because: "fetched whole", Run: with(fetchedOnce)},
	}
}

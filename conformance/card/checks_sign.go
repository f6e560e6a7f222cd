package card

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// signChecks are about using private keys: what is worked on, in which parts it
// may come, and when the passcode is wanted.
func signChecks() []suite.Check {
	const (
		general = "SP 800-73-4 part 2 §3.2.4"
		raw9    = "SP 800-73-4 part 2 appendix A.4; RFC 8017 §5.2.1"
		always  = "SP 800-73-4 part 1 table 4a, key 9C"
		chained = "ISO/IEC 7816-4 §5.3.3"
		wrong   = iso7816.WrongData
	)
	piv := needs(target.PIV)
	test := needs(target.PIV, target.TestCard)
	free := needs(target.PIV, target.KeyManagement, target.TestCard)
	return []suite.Check{
		{ID: "card.sign-again", Title: "The authentication key signs twice after one passcode, reading in between", Source: "SP 800-73-4 part 1 table 4a, key 9A; agent protocol §1", Requires: needs(target.TestCard), Proof: "card.asks-each-time", Because: "second time", Run: with(signsTwice)},
		{ID: "card.sign-after-wrong", Title: "After a wrong passcode the authentication key does not sign", Source: "ISO/IEC 7816-4 §11.5.6", Requires: needs(target.TestCard, target.Bench), Proof: "card.wrong-remembers", Because: "after a wrong passcode", Run: mending(steps(verified, mistaken, refusesToSign(authentication, "after a wrong passcode"), verified))},
		{ID: "card.sign-after-logout", Title: "After a logout the authentication key does not sign", Source: "SP 800-73-4 part 2 §3.2.1", Requires: test, Proof: "card.logout-ignored", Because: "after a logout", Run: with(steps(verified, say("0020FF80"), refusesToSign(authentication, "after a logout")))},
		{ID: "card.sign-raw", Title: "The authentication key raises any block to its private exponent", Source: raw9, Requires: test, Proof: "card.wrong-signature", Because: "does not bring the block back", Run: with(signsRaw)},
		{ID: "card.sign-pss", Title: "A block padded for RSASSA-PSS becomes a signature that verifies", Source: raw9 + ", §8.1", Requires: test, Proof: "card.wrong-signature", Because: "PSS", Run: with(signsPSS)},
		{ID: "card.sign-reversed", Title: "The challenge may come before the empty response", Source: general, Requires: test, Proof: "card.template-ordered", Because: "6A80", Run: with(steps(verified, authenticates(authKey, challengeFirst)))},
		{ID: "card.sign-algorithm", Title: "An algorithm that the key is not for is answered 6A86", Source: general, Requires: test, Proof: "card.p1p2-ignored", Because: "not 6A86", Run: with(steps(verified, refuses(0x06, authKey, usual, iso7816.WrongP1P2), refuses(0x11, authKey, usual, iso7816.WrongP1P2)))},
		{ID: "card.sign-key", Title: "A key reference that no standard knows is answered 6A86", Source: general, Requires: test, Proof: "card.p1p2-ignored", Because: "not 6A86", Run: with(steps(verified, refuses(rsa2048, 0x77, usual, iso7816.WrongP1P2, iso7816.ReferenceNotFound)))},
		{ID: "card.sign-short", Title: "A block one byte short of the modulus is answered 6A80", Source: general, Requires: test, Proof: "card.template-unchecked", Because: "not 6A80", Run: with(steps(verified, refuses(rsa2048, authKey, sized(255), wrong)))},
		{ID: "card.sign-long", Title: "A block one byte longer than the modulus is answered 6A80", Source: general, Requires: test, Proof: "card.template-unchecked", Because: "not 6A80", Run: with(steps(verified, refuses(rsa2048, authKey, sized(257), wrong)))},
		{ID: "card.sign-above-modulus", Title: "A block not below the modulus is answered 6A80", Source: "RFC 8017 §5.2.1; " + general, Requires: test, Proof: "card.template-unchecked", Because: "not 6A80", Run: with(steps(verified, refuses(rsa2048, authKey, aboveModulus, wrong)))},
		{ID: "card.sign-nothing-asked", Title: "A template that asks for no response is answered 6A80", Source: general, Requires: test, Proof: "card.template-unchecked", Because: "not 6A80", Run: with(steps(verified, refuses(rsa2048, authKey, noResponse, wrong)))},
		{ID: "card.sign-malformed", Title: "Data that is no template is answered 6A80", Source: general, Requires: test, Proof: "card.template-unchecked", Because: "not 6A80", Run: with(steps(verified, say("0087079A 04 01020304 00", wrong), say("0087079A 04 7C080102 00", wrong)))},

		{ID: "card.commitment-after-read", Title: "Reading an object between passcode and signature makes the content-commitment key refuse", Source: always, Requires: test, Proof: "card.content-commitment-not-always", Because: "after reading", Run: with(steps(verified, say("00CB3FFF 03 5C017E 00"), refusesToSign(commitment, "after reading an object")))},
		{ID: "card.commitment-after-select", Title: "SELECT between passcode and signature makes the content-commitment key refuse", Source: always, Requires: test, Proof: "card.content-commitment-not-always", Because: "after SELECT", Run: with(steps(verified, chosen, refusesToSign(commitment, "after SELECT")))},
		{ID: "card.commitment-after-status", Title: "Asking for the tries between passcode and signature makes the content-commitment key refuse", Source: always, Requires: test, Proof: "card.content-commitment-not-always", Because: "after asking", Run: with(steps(verified, status(iso7816.OK), refusesToSign(commitment, "after asking for the tries")))},
		{ID: "card.commitment-after-other-key", Title: "A signature with another key makes the content-commitment key refuse", Source: always, Requires: test, Proof: "card.content-commitment-not-always", Because: "after another key", Run: with(steps(verified, authenticates(authKey, usual), refusesToSign(commitment, "after another key signed")))},
		{ID: "card.commitment-after-refusal", Title: "A command that fails between passcode and signature makes the content-commitment key refuse", Source: always, Requires: test, Proof: "card.content-commitment-not-always", Because: "after a refused", Run: with(steps(verified, say("00F00000", iso7816.INSUnknown), refusesToSign(commitment, "after a refused command")))},
		{ID: "card.commitment-after-challenge", Title: "Asking for a challenge between passcode and signature makes the content-commitment key refuse", Source: always, Requires: test, Proof: "card.content-commitment-not-always", Because: "after a challenge", Run: with(steps(verified, challenged, refusesToSign(commitment, "after a challenge")))},
		{ID: "card.commitment-in-parts", Title: "The parts of a chained command do not come between passcode and signature", Source: always + "; " + chained, Requires: test, Proof: "card.chain-forgets", Because: "parts of 64", Run: with(steps(verified, inParts(signKey, 64)))},

		{ID: "card.chain-by-one", Title: "A signature command in parts of one byte is the command", Source: chained, Requires: test, Proof: "card.chain-forgets", Because: "parts of 1 ", Run: with(steps(verified, inParts(authKey, 1)))},
		{ID: "card.chain-by-128", Title: "A signature command in parts of 128 bytes is the command", Source: chained, Requires: test, Proof: "card.chain-forgets", Because: "parts of 128", Run: with(steps(verified, inParts(authKey, 128)))},
		{ID: "card.chain-by-249", Title: "A signature command in parts of 249 bytes is the command", Source: chained + "; one block of T=1", Requires: test, Proof: "card.chain-forgets", Because: "parts of 249", Run: with(steps(verified, inParts(authKey, 249)))},
		{ID: "card.chain-by-255", Title: "A signature command in the longest parts is the command", Source: chained, Requires: test, Proof: "card.chain-forgets", Because: "parts of 255", Run: with(steps(verified, inParts(authKey, 255)))},
		{ID: "card.chain-mixed", Title: "A part of another command inside a chain is answered 6883", Source: chained, Requires: piv, Proof: "card.chain-forgets", Because: "not 6883", Run: with(steps(say("1087079A 02 7C82"), say("10DB3FFF 02 5C03", iso7816.LastExpected)))},
		{ID: "card.chain-abandoned", Title: "A command in between ends a chain: its last part alone is worth nothing", Source: chained, Requires: test, Proof: "card.chain-kept", Because: "abandoned", Run: with(steps(verified, abandonedChain))},
		{ID: "card.chain-unsupported", Title: "VERIFY in parts is answered 6884", Source: chained, Requires: needs(), Proof: "card.chain-forgets", Because: "not 6884", Run: with(chainedVerify)},
		{ID: "card.class-unknown", Title: "A class byte that is not the card's is answered 6E00", Source: "ISO/IEC 7816-4 §5.4.1", Requires: needs(), Proof: "card.accepts-anything", Because: "not 6E00", Run: with(say("A0CB3FFF 03 5C017E 00", iso7816.CLAUnknown))},

		{ID: "card.key-management-guarded", Title: "The key management key does not work before the passcode", Source: "SP 800-73-4 part 1 table 4a, key 9D", Requires: needs(target.PIV, target.KeyManagement), Proof: "card.sign-without-passcode", Because: "6982", Run: with(managementGuarded)},
		{ID: "card.key-management-works", Title: "The key management key opens what its certificate's key closed", Source: "SP 800-73-4 part 2 §3.2.4, appendix A.5", Requires: free, Proof: "card.spare-keys-wrong", Because: "key management", Run: with(steps(verified, managementWorks))},
		{ID: "card.card-key-free", Title: "The card authentication key signs without a passcode", Source: "SP 800-73-4 part 1 table 4a, key 9E", Requires: needs(target.PIV, target.CardKey), Proof: "card.card-key-guarded", Because: "without a passcode", Run: with(cardKeySigns)},
		{ID: "card.card-key-certificate", Title: "The card authentication key's signature verifies with its certificate", Source: "SP 800-73-4 part 2 appendix A.3", Requires: needs(target.PIV, target.CardKey), Proof: "card.spare-keys-wrong", Because: "does not verify", Run: with(cardKeySigns)},
	}
}

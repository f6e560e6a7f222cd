package card

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// environmentChecks are about AuthentIC's key operations: the security
// environment, signing, deciphering and random numbers.
func environmentChecks() []suite.Check {
	const (
		environment = "ISO/IEC 7816-4 §11.5.11; OpenSC card-authentic.c"
		operation   = "ISO/IEC 7816-8 §11; OpenSC card-authentic.c"
		random      = "ISO/IEC 7816-4 §11.5.3; OpenSC card-authentic.c"
		signing     = "002241B6 06 800111830101"
	)
	plain := needs(target.AuthentIC)
	test := needs(target.AuthentIC, target.TestCard)
	return []suite.Check{
		{ID: "card.environment-needed", Title: "Signing without an environment is answered 6985", Source: environment, Requires: test, Proof: "card.environment-sticky", Because: "not 6985", Run: with(steps(verified, signsInfo(iso7816.ConditionsOfUse)))},
		{ID: "card.environment-forgotten", Title: "A reset forgets the environment", Source: environment, Requires: test, Proof: "card.environment-sticky", Because: "not 6985", Run: with(steps(say(signing), restarted, verified, signsInfo(iso7816.ConditionsOfUse)))},
		{ID: "card.environment-forgotten-on-select", Title: "Selecting the application again forgets the environment", Source: environment, Requires: test, Proof: "card.environment-sticky", Because: "not 6985", Run: with(steps(say(signing), chosen, verified, signsInfo(iso7816.ConditionsOfUse)))},
		{ID: "card.environment-order", Title: "Algorithm and key come in either order", Source: environment, Requires: plain, Proof: "card.template-ordered", Because: "6A80", Run: with(say("002241B6 06 830101800111"))},
		{ID: "card.environment-key", Title: "An environment with a key that is not there is answered 6A88", Source: environment, Requires: plain, Proof: "card.environment-unchecked", Because: "not 6A88", Run: with(say("002241B6 06 800111830107", iso7816.ReferenceNotFound))},
		{ID: "card.environment-algorithm", Title: "An environment with an algorithm that no card knows is answered 6A80", Source: environment, Requires: plain, Proof: "card.environment-unchecked", Because: "not 6A80", Run: with(say("002241B6 06 800199830101", iso7816.WrongData))},
		{ID: "card.environment-incomplete", Title: "An environment without a key is answered 6A80", Source: environment, Requires: plain, Proof: "card.environment-unchecked", Because: "not 6A80", Run: with(say("002241B6 03 800111", iso7816.WrongData))},
		{ID: "card.environment-parameters", Title: "MANAGE SECURITY ENVIRONMENT in a form that the card does not know is answered 6A86", Source: environment, Requires: plain, Proof: "card.environment-unchecked", Because: "not 6A86", Run: with(steps(say("0022F3B6 06 800111830101", iso7816.WrongP1P2), say("00224101 06 800111830101", iso7816.WrongP1P2)))},
		{ID: "card.operation-parameters", Title: "A security operation that the card does not know is answered 6A86", Source: operation, Requires: test, Proof: "card.wrong-error-word", Because: "not 6A86", Run: with(steps(verified, say(signing), say("002A9080 02 0102 00", iso7816.WrongP1P2)))},
		{ID: "card.operation-empty", Title: "Signing nothing is answered 6700", Source: operation, Requires: test, Proof: "card.wrong-error-word", Because: "not 6700", Run: with(steps(verified, say(signing), say("002A9E9A", iso7816.WrongLength)))},
		{ID: "card.operation-long", Title: "More than a signature can hold is answered 6A80", Source: operation + "; RFC 8017 §9.2", Requires: test, Proof: "card.template-unchecked", Because: "not 6A80", Run: with(steps(verified, say(signing), signsTooMuch))},
		{ID: "card.decipher", Title: "The authentication key deciphers what its certificate's key enciphered", Source: operation + "; RFC 8017 §7.2", Requires: test, Proof: "card.chain-forgets", Because: "decipher", Run: with(steps(verified, deciphers))},
		{ID: "card.decipher-guarded", Title: "Nothing is deciphered before the passcode: 6982", Source: operation, Requires: plain, Proof: "card.sign-without-passcode", Because: "not 6982", Run: with(decipherGuarded)},
		{ID: "card.decipher-nonsense", Title: "A cryptogram with wrong padding is answered 6A80", Source: operation, Requires: test, Proof: "card.template-unchecked", Because: "not 6A80", Run: with(steps(verified, deciphersNonsense))},
		{ID: "card.decipher-commitment", Title: "The content-commitment key does not decipher", Source: "PKCS#15 usage of the key; RFC 5280 §4.2.1.3", Requires: test, Proof: "card.key-for-anything", Because: "deciphers", Run: with(steps(verified, commitmentDeciphersNot))},
		{ID: "card.random-length", Title: "GET CHALLENGE brings as many bytes as it is asked for", Source: random, Requires: plain, Proof: "card.challenge-repeats", Because: "bytes", Run: with(randomLengths)},
		{ID: "card.random-differs", Title: "GET CHALLENGE brings other bytes each time", Source: random, Requires: plain, Proof: "card.challenge-repeats", Because: "twice", Run: with(randomDiffers)},
		{ID: "card.random-parameters", Title: "GET CHALLENGE with parameters is answered 6A86", Source: random, Requires: plain, Proof: "card.wrong-error-word", Because: "not 6A86", Run: with(say("00840100 08", iso7816.WrongP1P2))},
	}
}

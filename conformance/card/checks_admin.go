package card

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// adminChecks are about who may write a PIV card, and what writing does.
func adminChecks() []suite.Check {
	const (
		key9B    = "SP 800-73-4 part 2 §3.2.4, appendix A.1"
		putData  = "SP 800-73-4 part 2 §3.3.1"
		generate = "SP 800-73-4 part 2 §3.3.2"
	)
	bench := needs(target.PIV, target.Bench)
	known := needs(target.PIV, target.Bench, target.Admin)
	signs := append(needs(target.TestCard), known[1:]...)
	return []suite.Check{
		{ID: "card.admin-put-guarded", Title: "Nobody writes an object before the management key was shown: 6982", Source: putData, Requires: bench, Proof: "card.admin-always", Because: "not 6982", Run: mending(closedToWriting)},
		{ID: "card.admin-generate-guarded", Title: "Nobody generates a key before the management key was shown: 6982", Source: generate, Requires: bench, Proof: "card.admin-always", Because: "not 6982", Run: mending(closedToGenerating)},
		{ID: "card.admin-passcode-not-enough", Title: "The holder's passcode does not open the card to writing", Source: putData, Requires: needs(target.PIV, target.Bench, target.TestCard), Proof: "card.admin-always", Because: "not 6982", Run: mending(steps(verified, closedToWriting))},
		{ID: "card.admin-mutual", Title: "Mutual authentication with the management key opens the card to writing", Source: key9B, Requires: known, Proof: "card.admin-never", Because: "6982", Run: restoring(steps(administered, written(tagHistory, history)))},
		{ID: "card.admin-external", Title: "External authentication with the management key opens the card to writing", Source: key9B, Requires: known, Proof: "card.admin-never", Because: "6982", Run: restoring(steps(with9B(externally), written(tagHistory, history)))},
		{ID: "card.admin-proves", Title: "In mutual authentication the card proves that it has the key too", Source: key9B, Requires: known, Proof: "card.admin-unproven", Because: "does not prove", Run: mending(with9B(cardProves))},
		{ID: "card.admin-wrong-witness", Title: "A wrong answer to the witness is answered 6982 and opens nothing", Source: key9B, Requires: known, Proof: "card.admin-always", Because: "a wrong answer", Run: mending(spoilt(0x80))},
		{ID: "card.admin-wrong-response", Title: "A wrong answer to the challenge is answered 6982 and opens nothing", Source: key9B, Requires: known, Proof: "card.admin-always", Because: "a wrong answer", Run: mending(spoilt(0x81))},
		{ID: "card.admin-witness-once", Title: "A witness is good for one answer", Source: key9B, Requires: known, Proof: "card.admin-always", Because: "a second time", Run: mending(with9B(witnessOnce))},
		{ID: "card.admin-unasked", Title: "An answer to a challenge that was never asked is answered 6982", Source: key9B, Requires: known, Proof: "card.admin-always", Because: "not 6982", Run: mending(with9B(unasked))},
		{ID: "card.admin-lost-on-reset", Title: "A reset closes the card to writing", Source: "ISO/IEC 7816-4 §5.5; SP 800-73-4 part 1 §3.1", Requires: known, Proof: "card.admin-always", Because: "not 6982", Run: mending(steps(administered, restarted, closedToWriting))},
		{ID: "card.admin-challenges-differ", Title: "The management key asks another challenge each time", Source: key9B, Requires: known, Proof: "card.challenge-repeats", Because: "twice", Run: mending(with9B(challengesDiffer))},
		{ID: "card.admin-algorithm", Title: "The management key with another algorithm is answered 6A86", Source: key9B, Requires: known, Proof: "card.wrong-error-word", Because: "not 6A86", Run: mending(with9B(otherAlgorithm))},

		{ID: "card.put-reads-back", Title: "An object that was written reads back as it was written", Source: putData, Requires: known, Proof: "card.put-forgets", Because: "does not read back", Run: restoring(steps(administered, written(tagHistory, history), readsBack(tagHistory, history)))},
		{ID: "card.put-survives-reset", Title: "An object that was written is there after a reset", Source: putData, Requires: known, Proof: "card.put-forgets", Because: "does not read back", Run: restoring(steps(administered, written(tagHistory, history), restarted, readsBack(tagHistory, history)))},
		{ID: "card.put-deletes", Title: "Writing an empty object deletes it", Source: putData, Requires: known, Proof: "card.put-forgets", Because: "was deleted", Run: restoring(steps(administered, written(tagCommitment, nil), emptied(tagCommitment)))},
		{ID: "card.put-chained", Title: "An object longer than one command is written in parts and read back whole", Source: putData + "; ISO/IEC 7816-4 §5.3.3", Requires: known, Proof: "card.chain-forgets", Because: "DB 3F FF", Run: restoring(steps(administered, written(tagAuthentication, long()), readsBack(tagAuthentication, long())))},
		{ID: "card.put-parameters", Title: "PUT DATA with other parameters than 3F FF is answered 6A86", Source: putData, Requires: known, Proof: "card.wrong-error-word", Because: "not 6A86", Run: mending(steps(administered, say("00DB0000 0B 5C035FC10C 5304C1010000", iso7816.WrongP1P2)))},

		{ID: "card.generate-rsa", Title: "A generated RSA key signs as the public key that came back says", Source: generate, Requires: signs, Proof: "card.generate-wrong-key", Because: "came back", Run: restoring(steps(administered, generatedRSA))},
		{ID: "card.generate-curve", Title: "A generated P-256 key signs as the public key that came back says", Source: generate, Requires: signs, Proof: "card.generate-wrong-key", Because: "came back", Run: restoring(steps(administered, generatedCurve))},
		{ID: "card.generate-malformed", Title: "Generating without an algorithm is answered 6A80", Source: generate, Requires: known, Proof: "card.malformed-accepted", Because: "not 6A80", Run: mending(steps(administered, say("0047009A 02 AC00 00", iso7816.WrongData)))},
		{ID: "card.generate-algorithm", Title: "Generating a key of an algorithm that no standard knows is answered 6A80", Source: generate, Requires: known, Proof: "card.malformed-accepted", Because: "not 6A80", Run: mending(steps(administered, say("0047009A 05 AC038001AA 00", iso7816.WrongData, iso7816.FunctionMissing)))},
		{ID: "card.generate-key", Title: "Generating for a key reference that no standard knows is answered 6A86", Source: generate, Requires: known, Proof: "card.wrong-error-word", Because: "not 6A86", Run: mending(steps(administered, say("00470077 05 AC03800111 00", iso7816.WrongP1P2)))},
	}
}

// otherAlgorithm asks 9B for a challenge of AES where its key is 3DES, and the
// other way round.
func otherAlgorithm(ctx context.Context, s *session, a administrator) error {
	other := byte(0x03)
	if a.algorithm == other {
		other = 0x0A
	}
	_, err := s.wants(ctx, authenticate(other, adminKey, []byte{0x7C, 2, 0x81, 0}), iso7816.WrongP1P2)
	return err
}

// Package attest says what was found so that others can check who said it: an
// in-toto Statement in a DSSE envelope in a Sigstore bundle, signed with ECDSA on
// P-256. It makes and reads
//
//   - one test-result statement per attempt at a cell, signed by the host that
//     ran it ([Attempt]);
//   - the index of a run, signed by its planner ([Index]), without which an
//     attestation could be left out unseen;
//   - the record of a host's key, signed by the planner that enrolled it ([Record]);
//   - a signature over a file, such as a policy ([SignFile]).
//
// Nothing is read from a bundle before its signature held: [Bundle.Verify] is the
// only way to a [Statement], and names the key. Sources: in-toto Attestation
// Framework, Statement v1 and test-result v0.1; DSSE 1.0.2; Sigstore bundle v0.3.
package attest

import "errors"

// Types of predicate. Those that are not in-toto's are ours.
const (
	TypeTestResult = "https://in-toto.io/attestation/test-result/v0.1"
	TypeVSA        = "https://slsa.dev/verification_summary/v1"
	TypeIndex      = ours + "run-index:1"
	TypeRecord     = ours + "key-record:1"
	TypeFile       = ours + "signed-file:1"
)

// ours starts the names of what in-toto does not know. They name, and lead
// nowhere.
const ours = "urn:smartcard-connect:attest:"

// Class is where a private key lives. It says how much a signature is worth.
type Class string

// The classes, from the strongest to the weakest.
const (
	TPM      Class = "tpm"      // in a TPM 2.0
	SWTPM    Class = "swtpm"    // in a TPM made of software: the protocol is real, the protection is not
	Software Class = "software" // in a program's memory, and encrypted on disk
)

// Weakest is the weakest of the classes; Software for none and for an unknown
// one.
func Weakest(all ...Class) Class {
	weakest := -1
	for _, c := range all {
		at := len(order) - 1
		for i, o := range order {
			if c == o {
				at = i
			}
		}
		weakest = max(weakest, at)
	}
	if weakest < 0 {
		return Software
	}
	return order[weakest]
}

var order = []Class{TPM, SWTPM, Software}

// Errors. All that this package returns about what was handed in wrap one of
// them.
var (
	// ErrFormat is for what cannot be read as what it should be.
	ErrFormat = errors.New("not in the form that is expected")
	// ErrSignature is for a signature that does not hold for the key.
	ErrSignature = errors.New("the signature does not hold")
	// ErrMeaning is for what was signed, and is not what was asked for or
	// contradicts itself.
	ErrMeaning = errors.New("signed, but not what is needed")
)

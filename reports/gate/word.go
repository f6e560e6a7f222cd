package gate

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
)

// Word is what a summary says, as far as one who judges again needs it (SLSA VSA v1).
type Word struct {
	Verifier string       // who says it
	Resource string       // what it is about
	Result   string       // PASSED or FAILED
	Levels   []string     // what a PASSED may claim
	At       time.Time    // when the gate judged
	Class    attest.Class // the weakest key that it hangs on
}

// ReadWord reads a summary of Outcome.Summary. Whoever calls has held its signature
// against a key. Errors wrap attest.ErrMeaning or attest.ErrFormat.
func ReadWord(s attest.Statement) (Word, error) {
	var v struct {
		Verifier struct {
			ID      string
			Version map[string]string
		}
		Resource string    `json:"resourceUri"`
		Result   string    `json:"verificationResult"`
		Levels   []string  `json:"verifiedLevels"`
		At       time.Time `json:"timeVerified"`
	}
	if s.Type != attest.TypeVSA {
		return Word{}, fmt.Errorf("summary: %w: it is %s", attest.ErrMeaning, s.Type)
	}
	if err := json.Unmarshal(s.Predicate, &v); err != nil {
		return Word{}, fmt.Errorf("summary: %w: %w", attest.ErrFormat, err)
	}
	return Word{v.Verifier.ID, v.Resource, v.Result, v.Levels, v.At, attest.Class(v.Verifier.Version[keyClass])}, nil
}

package gate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
)

// Schema is the number that policies, release plans and waivers have.
const Schema = 1

// Policy is what the owner of a release asks for, whatever the release.
type Policy struct {
	Schema      int                     `json:"schema"`        // 1
	ID          string                  `json:"id"`            // URI, in the summary as the policy's
	Verifier    string                  `json:"verifier"`      // URI, in the summary as who verified
	Resource    string                  `json:"resource"`      // URI of what is released
	Planners    []string                `json:"planners"`      // public keys, PEM
	Levels      map[attest.Class]string `json:"levels"`        // what a summary may claim, by the weakest key; a class that is absent is not accepted
	MaxAgeHours int                     `json:"max_age_hours"` // of a run
	MaxWaive    int                     `json:"max_waiver_days"`
	Revoked     []string                `json:"revoked,omitempty"` // IDs of keys
}

// ParsePolicy reads a policy strictly. Errors wrap attest.ErrFormat.
func ParsePolicy(raw []byte) (Policy, error) {
	var p Policy
	if err := strict(raw, &p); err != nil {
		return p, fmt.Errorf("policy: %w", err)
	}
	if p.Schema != Schema || p.ID == "" || p.Verifier == "" || p.Resource == "" || len(p.Levels) == 0 || p.MaxAgeHours <= 0 {
		return p, fmt.Errorf("policy: %w: schema 1, id, verifier, resource, levels and max_age_hours must be there", attest.ErrFormat)
	}
	_, err := p.planners()
	return p, err
}

func (p Policy) planners() ([]attest.Key, error) {
	var keys []attest.Key
	for _, text := range p.Planners {
		k, err := attest.ParseKey([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("policy: planner: %w", err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func (p Policy) maxAge() time.Duration { return time.Duration(p.MaxAgeHours) * time.Hour }

// strict reads one JSON value without unknown names.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", attest.ErrFormat, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: something follows the JSON value", attest.ErrFormat)
	}
	return nil
}

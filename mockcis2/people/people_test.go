package people_test

import (
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// Requirement: every toy card has a persona of its holder's name (design
// section 4). Turned red by: deleting a file in data/.
func TestEveryCardHasAPerson(t *testing.T) {
	all, err := people.Default()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, p := range all {
		names[p.UUID] = p.GivenName + " " + p.FamilyName
	}
	for _, h := range testpki.Holders() {
		if names[h.UUID] != h.First+" "+h.Last {
			t.Errorf("%s is %q, want %s %s", h.UUID, names[h.UUID], h.First, h.Last)
		}
	}
}

// Requirement: a persona file with an unknown field or a malformed UUID is
// refused. Turned red by: decoding leniently.
func TestReadRefuses(t *testing.T) {
	for _, text := range []string{`{"uuid":"555000000017","rolls":[]}`, `{"uuid":"1"}`, `[]`} {
		if _, err := people.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

package witness_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: a planner indexes what hosts that it enrolled have signed, for one
// run of one plan, and nothing else. Source: issue 6 point 6. Turned red by:
// leaving out the check that a row names.
func TestMakeIndex(t *testing.T) {
	for _, row := range []struct {
		name, says string
		change     func(one, two *witness.Witness, records *[]*attest.Bundle, dir string)
	}{
		{"two hosts", "", func(_, _ *witness.Witness, _ *[]*attest.Bundle, _ string) {}},
		{"another run", "another run", func(_, two *witness.Witness, _ *[]*attest.Bundle, _ string) { two.Run = "r0" }},
		{"another plan", "another plan", func(_, two *witness.Witness, _ *[]*attest.Bundle, _ string) {
			two.Plan = attest.Bytes("plan.json", []byte("x"))
		}},
		{"a host that is not enrolled", "no key that is trusted", func(_, _ *witness.Witness, r *[]*attest.Bundle, _ string) { *r = (*r)[:1] }},
		{"a host that says it is another", "whose key did not sign", func(_, two *witness.Witness, _ *[]*attest.Bundle, _ string) { two.Name = "bench-1" }},
		{"a record that is not the planner's", "the record of a host", func(_, two *witness.Witness, r *[]*attest.Bundle, _ string) {
			*r = append(*r, record(t, two.Host, two.Host, "bench-2"))
		}},
		{"a file that is no attestation", "x.sigstore.json", func(_, _ *witness.Witness, _ *[]*attest.Bundle, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "x.sigstore.json"), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			one, key, _ := bench(t)
			two, _, _ := bench(t)
			one.Run, two.Run, two.Name = "r1", "r1", "bench-2"
			dir, planner := t.TempDir(), one.Host
			records := []*attest.Bundle{record(t, planner, one.Host, "bench-1"), record(t, planner, two.Host, "bench-2")}
			row.change(one, two, &records, dir)
			at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
			for i, w := range []*witness.Witness{one, two} {
				c := result.Cell{ID: []string{"a", "b"}[i], Verdict: result.Pass, Start: at.Add(time.Duration(i) * time.Hour), End: at.Add(time.Duration(i+1) * time.Hour)}
				if _, err := w.Attest(dir, attest.Attempt{Subjects: []attest.Artifact{attest.Bytes("p", nil)}, Cell: c}); err != nil {
					t.Fatal(err)
				}
			}
			err := witness.MakeIndex(dir, planner, records, attest.Bytes("plan.json", nil))
			if row.says != "" {
				if !errors.Is(err, witness.ErrIndex) || !strings.Contains(err.Error(), row.says) {
					t.Errorf("%v, want %q", err, row.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			i, err := attest.ReadIndex(statement(t, key, filepath.Join(dir, "index.sigstore.json")))
			if err != nil || i.Run != "r1" || len(i.Attempts) != 2 || !i.Start.Equal(at) || !i.End.Equal(at.Add(2*time.Hour)) {
				t.Errorf("%+v, %v", i, err)
			}
			if err := witness.MakeIndex(dir, planner, records, attest.Bytes("plan.json", nil)); !errors.Is(err, witness.ErrIndex) {
				t.Errorf("a second index: %v", err)
			}
		})
	}
	if err := witness.MakeIndex(t.TempDir(), mustKey(t), nil, attest.Artifact{}); !errors.Is(err, witness.ErrIndex) {
		t.Errorf("an empty folder: %v", err)
	}
}

func mustKey(t *testing.T) attest.SoftwareKey {
	t.Helper()
	k, err := attest.NewSoftwareKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func record(t *testing.T, planner, host attest.Signer, name string) *attest.Bundle {
	t.Helper()
	k, err := attest.NewKey(host.Public())
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.Record{Host: name, Class: host.Class(), Key: string(k.PEM())}.Statement()
	if err != nil {
		t.Fatal(err)
	}
	b, err := attest.Sign(planner, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

package gate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

type vector struct {
	Proves  string          `json:"proves"`
	Verdict result.Verdict  `json:"verdict"`
	Exit    int             `json:"exit"`
	Reasons []string        `json:"reasons"`
	Report  json.RawMessage `json:"report"`
}

// Requirement: only what was planned, ran and passed lets a release out. Each
// vector says which part of that it proves.
// Turned red by: leaving out the rule a vector names.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) { judge(t, path) })
	}
}

func judge(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || v.Proves == "" {
		t.Fatalf("vector says nothing it proves, or: %v", err)
	}
	r, err := result.Read(bytes.NewReader(v.Report))
	if err != nil {
		t.Fatal(err)
	}
	got := gate.Decide(r)
	if got.Verdict != v.Verdict || got.Exit != v.Exit || !slices.Equal(got.Reasons, v.Reasons) {
		t.Errorf("%s\n got %s, exit %d, %q\nwant %s, exit %d, %q",
			v.Proves, got.Verdict, got.Exit, got.Reasons, v.Verdict, v.Exit, v.Reasons)
	}
}

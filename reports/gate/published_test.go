package gate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: every release that is published comes to the word that was published
// with it, as of the moment it was given; a byte that is changed anywhere is refused.
// Source: issue 6 points 7 and 8. Turned red by: a file left out, or a gate that
// judges otherwise than it did.
func TestPublishedReleases(t *testing.T) {
	plans, err := filepath.Glob("../published/*/release/plan.json")
	if err != nil || len(plans) == 0 {
		t.Fatalf("no release is published: %v", err)
	}
	for _, plan := range plans {
		dir := filepath.Dir(filepath.Dir(plan))
		t.Run(filepath.Base(dir), func(t *testing.T) {
			e, word := publishedRelease(t, dir)
			o, err := gate.Verify(e)
			if err != nil {
				t.Fatal(err)
			}
			passed := o.Decision.Verdict == result.Pass
			if passed != (word.Result == "PASSED") || passed && !slices.Equal(word.Levels, []string{o.Level}) || word.Class != o.Class {
				t.Errorf("it says %+v, and the gate says %s %s: %v", word, o.Decision.Verdict, o.Level, o.Decision.Reasons)
			}
			for i := range e.Bundles {
				changed := e
				changed.Bundles = append([]gate.File{}, e.Bundles...)
				changed.Bundles[i].Content = bytes.Clone(e.Bundles[i].Content)
				changed.Bundles[i].Content[len(e.Bundles[i].Content)/2] ^= 1
				if o, err := gate.Verify(changed); err == nil && o.Decision.Exit != result.ExitUnverified {
					t.Errorf("%s was changed, and that is not refused: exit %d", e.Bundles[i].Name, o.Decision.Exit)
				}
			}
		})
	}
}

// publishedRelease reads what is in a folder, and the word, signed by the gate.
func publishedRelease(t *testing.T, dir string) (gate.Evidence, gate.Word) {
	t.Helper()
	read := func(name string) []byte {
		raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	key := func(name string) attest.Key {
		k, err := attest.ParseKey(read(name))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	signed := func(name string) gate.SignedFile {
		return gate.SignedFile{File: gate.File{Name: name, Content: read(name)}, Bundle: read(name + ".sigstore.json")}
	}
	e := gate.Evidence{Owners: []attest.Key{key("release/owner.pem")}, Policy: signed("release/policy.json"), Plan: signed("release/plan.json")}
	if _, err := os.Stat(filepath.Join(dir, "release", "waivers.json")); err == nil {
		e.Waivers = append(e.Waivers, signed("release/waivers.json"))
	}
	for _, pattern := range []string{"attestations", "release/hosts"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern, "*.sigstore.json"))
		for _, f := range files {
			e.Bundles = append(e.Bundles, gate.File{Name: filepath.Base(f), Content: read(pattern + "/" + filepath.Base(f))})
		}
	}
	b, err := attest.Read(read("release/vsa.sigstore.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Verify(key("release/gate.pem"))
	if err != nil {
		t.Fatal(err)
	}
	word, err := gate.ReadWord(s)
	if err != nil {
		t.Fatal(err)
	}
	e.Artifacts, e.Now = s.Subjects, word.At
	return e, word
}

package main

import (
	"regexp"
	"testing"
)

// Requirement: flakes of product and bench are counted apart, and can be seen. Source:
// issue 7 point 4. Turned red by: one list for both.
func TestFlakes(t *testing.T) {
	book := written(t, "health.jsonl", `{"run":"r","cell":"c","attempt":1,"host":"a","reader":"left","verdict":"MISS"}
{"run":"r","cell":"c","attempt":2,"host":"a","reader":"right","verdict":"FAIL"}
{"run":"r","cell":"c","attempt":3,"host":"a","reader":"right","verdict":"PASS"}
`)
	code, said := hil(t, "bench", "flakes", book)
	for _, want := range []string{`product +c +1 +3`, `bench +a/left +1 +1`} {
		if code != 0 || !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("%d, no %q in:\n%s", code, want, said)
		}
	}
}

package ci_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	patchFails = regexp.MustCompile(`(?m)^Fails: (.+)$`)
	patchCell  = regexp.MustCompile(`(?m)^Cell: series(8|9|10)-T[01]-(pcscd|windows-(amd64|386))$`)
	patched    = regexp.MustCompile(`(?m)^(?:---|\+\+\+) (?:a/|b/)?(\S+)$`)
)

// Requirement: each patch with which the gate is shown to say FAIL still applies,
// makes nothing wrong but the agent, and names the specs that must notice. That
// they do is for `make release-gate-patches`. Source: issue 6, "with each of at
// least ten committed patches". Turned red by: changing the lines that a patch is
// about, renaming a spec, or a patch to a test or to what judges.
func TestPatches(t *testing.T) {
	golden, err := os.ReadFile("../conformance/testdata/specs.golden")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(golden)) {
		if fields := strings.Fields(line); len(fields) > 0 {
			known[fields[0]] = true
		}
	}
	patches, err := filepath.Glob("patches/*.patch")
	if err != nil || len(patches) < 10 {
		t.Fatalf("%d patches, %v", len(patches), err)
	}
	for _, path := range patches {
		t.Run(filepath.Base(path), func(t *testing.T) {
			checkPatch(t, path, known)
		})
	}
}

func checkPatch(t *testing.T, path string, known map[string]bool) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if first, _, _ := strings.Cut(text, "\n"); !strings.HasSuffix(first, ".") {
		t.Errorf("its first line, %q, is no sentence that says what is wrong", first)
	}
	if !patchCell.MatchString(text) {
		t.Error("it names no cell of a kind that counts for a program")
	}
	fails := patchFails.FindStringSubmatch(text)
	if fails == nil {
		t.Fatal("it names no spec that must fail")
	}
	for _, id := range strings.Fields(fails[1]) {
		if !known[id] {
			t.Errorf("there is no spec %q", id)
		}
	}
	for _, m := range patched.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[1], "agent/") || strings.HasSuffix(m[1], "_test.go") || strings.HasPrefix(m[1], "agent/testpki/") {
			t.Errorf("it changes %s, which is not the agent", m[1])
		}
	}
	cmd := exec.CommandContext(t.Context(), "git", "apply", "--check", filepath.Join("ci", path))
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("it does not apply: %v\n%s", err, out)
	}
}

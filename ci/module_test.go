package ci_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// peers is the module of the providers that ours is measured beside.
const peers = "conformance/stranger/peers/"

// direct is a line of go.mod that requires a module for the module's own sake.
var direct = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)

// Requirement: there is one module; but what is only measured beside ours is in
// a second one, and is not among what ours depends on.
// Turned red by: another go.mod; requiring a peer at the root.
func TestModules(t *testing.T) {
	var found []string
	walk(t, func(path string) {
		if path == "go.mod" || strings.HasSuffix(path, "/go.mod") {
			found = append(found, path)
		}
	})
	slices.Sort(found)
	if want := []string{peers + "go.mod", "go.mod"}; !slices.Equal(found, want) {
		t.Errorf("the modules are %v, want %v", found, want)
	}
	root, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile("../" + peers + "go.mod")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range direct.FindAllStringSubmatch(string(theirs), -1) {
		if strings.HasPrefix(m[1], "github.com/go-jose/") {
			continue // a library of ours too
		}
		n++
		if strings.Contains(string(root), m[1]+" ") {
			t.Errorf("go.mod requires %s, which is only measured beside ours", m[1])
		}
	}
	if n == 0 {
		t.Error("found no peer: the test looks in the wrong place")
	}
}

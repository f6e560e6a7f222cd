package ci_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// link is a Markdown link with its target.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Requirement: every relative link in every Markdown file leads somewhere.
// Turned red by: renaming a file that a README names.
func TestReadmeLinks(t *testing.T) {
	n := 0
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".md") {
			return
		}
		text, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			n++
			if _, err := os.Stat(filepath.Join("..", filepath.Dir(path), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", path, target)
			}
		}
	})
	if n == 0 {
		t.Error("found no link to check")
	}
}

// Requirement: every top-level folder with code has a README: what it is, how
// to run it, how to add one more.
// Turned red by: deleting one.
func TestFolderReadmes(t *testing.T) {
	for _, a := range arrows {
		if _, err := os.Stat("../" + a.from); err != nil {
			continue
		}
		if _, err := os.Stat("../" + a.from + "/README.md"); err != nil {
			t.Errorf("%s has no README.md", a.from)
		}
	}
}

// Requirement: the README's two commands exist as make targets.
// Turned red by: renaming a target.
func TestReadmeCommands(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`make ([a-z]+)").FindAllStringSubmatch(string(readme), -1) {
		if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
			t.Errorf("README says make %s, the Makefile does not know it", m[1])
		}
	}
}

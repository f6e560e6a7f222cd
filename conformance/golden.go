// Package conformance holds the golden list of specs: an ID that has been in a
// release is never removed or renamed in silence.
package conformance

import (
	_ "embed" // the list travels in the binary
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

//go:embed testdata/specs.golden
var golden string

// Golden is the list: one spec per line, its ID, a tab, its title.
func Golden() string { return golden }

// Lines is the list as the checks at hand would write it.
func Lines(checks []suite.Check) string {
	var b strings.Builder
	for _, c := range checks {
		fmt.Fprintf(&b, "%s\t%s\n", c.ID, c.Title)
	}
	return b.String()
}

// Compare says in sentences how the checks differ from the golden list, and
// which checks are not what a check must be. None is nil.
func Compare(list string, checks []suite.Check) []string {
	var said []string
	have := map[string]string{}
	for _, c := range checks {
		if _, twice := have[c.ID]; twice {
			said = append(said, fmt.Sprintf("%s is there twice", c.ID))
		}
		if c.Title == "" || c.Source == "" || c.Run == nil || !strings.Contains(c.ID, ".") || (c.Proof == "") != (c.Because == "") {
			said = append(said, fmt.Sprintf("%s lacks a title, a source, a body, an area, or the reason that goes with its proof", c.ID))
		}
		have[c.ID] = c.Title
	}
	for line := range strings.Lines(list) {
		id, title, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		now, there := have[id]
		switch {
		case !there:
			said = append(said, fmt.Sprintf("%s was removed or renamed: an ID never changes", id))
		case now != title:
			said = append(said, fmt.Sprintf("%s now says %q instead of %q: update testdata/specs.golden if it means the same", id, now, title))
		}
		delete(have, id)
	}
	for _, c := range checks {
		if _, isNew := have[c.ID]; isNew {
			said = append(said, fmt.Sprintf("%s is new: add it to testdata/specs.golden", c.ID))
		}
	}
	return said
}

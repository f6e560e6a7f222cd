package conformance_test

import (
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/conformance"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
)

// Requirement: an ID of a spec is never removed or renamed in silence, and each
// check is whole. Source: design §6. Turned red by: renaming a check.
func TestGolden(t *testing.T) {
	for _, s := range conformance.Compare(conformance.Golden(), catalogue.All()) {
		t.Error(s)
	}
}

// Requirement: each difference from the golden list is told apart. Turned red
// by: comparing only the number of lines.
func TestCompare(t *testing.T) {
	all := catalogue.All()
	list := conformance.Lines(all)
	first := all[0].ID + "\t" + all[0].Title + "\n"
	for name, x := range map[string]struct{ list, want string }{
		"removed":   {list + "card.gone\tIt was here\n", "card.gone was removed"},
		"new":       {strings.TrimPrefix(list, first), all[0].ID + " is new"},
		"other":     {strings.Replace(list, all[0].Title, "Something else", 1), "now says"},
		"unchanged": {list, ""},
	} {
		t.Run(name, func(t *testing.T) {
			said := strings.Join(conformance.Compare(x.list, all), "\n")
			if !strings.Contains(said, x.want) || (x.want == "" && said != "") {
				t.Errorf("said %q, want %q", said, x.want)
			}
		})
	}
}

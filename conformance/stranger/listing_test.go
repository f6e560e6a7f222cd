package stranger_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what strangers say about the cards")

// listings are what OpenSC tells of a card: the whole of it, first what is
// output and then what is complaint.
var listings = []string{"pkcs15-tool -D", "pkcs11-tool -L", "pkcs11-tool -O"}

// masks are what changes from run to run and says nothing about the card's
// behaviour. Everything else in a listing is compared.
var masks = []struct {
	what *regexp.Regexp
	with string
	why  string
}{
	{regexp.MustCompile(`\n {16,}([0-9A-F]+)`), "$1", "a line break of the dump can fall inside what is masked below"},
	{regexp.MustCompile(`Data \(\d+ bytes\): 538[12][0-9A-F]{2,4}708[12][0-9A-F]{2,4}(30|1F8B)[0-9A-F]+(7101..FE00)`), "Data: 53 70 $1 certificate $2", "certificates are issued when the card is made"},
	{regexp.MustCompile(`Data \(\d+ bytes\): 5382[0-9A-F]{4}([0-9A-F]+?)(3E|BB)82[0-9A-F]{4}30[0-9A-F]+FE00`), "Data: 53 $1$2 signature FE00", "CHUID and security object are signed over their dates"},
	{regexp.MustCompile(`Encoded serial : 02 0\d [0-9A-F]+`), "Encoded serial : by the day", "so are their serial numbers"},
	{regexp.MustCompile(`serial:     [0-9A-F]+`), "serial:     by the day", "so are their serial numbers"},
	{regexp.MustCompile(`(34[0-9A-F]{34}3508)(?:3\d){8}3E`), "${1}date3E", "the CHUID ends when the certificates do"},
	{regexp.MustCompile(`(Data|Profile) object \d+`), "$1 object", "pkcs11-tool prints an address of its own memory"},
}

// Requirement: all that OpenSC finds on a card, names, flags, references and
// order, is what a person has looked at and approved, and stays so.
// Turned red by: any other label, usage, PIN attribute, path or object; see
// TestListingsNoticeFaults.
func TestListings(t *testing.T) {
	need(t, openscPrograms...)
	for _, c := range faces {
		t.Run(c.name(), func(t *testing.T) {
			golden := filepath.Join("testdata", "golden", c.name()+".txt")
			got := listing(t, c)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if line := differs(got, string(want)); line != "" {
				t.Errorf("OpenSC tells something else than %s: %s\n%s", golden, line, got)
			}
		})
	}
}

// listing has OpenSC list one card, and masks what changes.
func listing(t *testing.T, c face, more ...string) string {
	t.Helper()
	var steps []step
	for _, command := range listings {
		steps = append(steps, step{name: command, run: command + ` 2>"$dir/complaint"; cat "$dir/complaint"`})
	}
	came := session(t, c, more, steps...)
	var all strings.Builder
	for _, s := range steps {
		fmt.Fprintf(&all, "$ %s\n%s\n\n", s.name, came[s.name].output)
	}
	out := all.String()
	for _, m := range masks {
		out = m.what.ReplaceAllString(out, m.with)
	}
	return out
}

// differs is the first line in which two texts differ, or empty.
func differs(got, want string) string {
	if got == want {
		return ""
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is %q, not %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, not %d", len(g), len(w))
}

// Requirement: the check above is able to fail: a card that shows another
// holder, or no certificates, is told from the approved one.
func TestListingsNoticeFaults(t *testing.T) {
	need(t, openscPrograms...)
	for _, f := range []struct {
		id   string
		face face
	}{
		{"card.wrong-holder", called(t, "series9-T1")},
		{"card.certificate-corrupt", called(t, "series8-T1")},
	} {
		want, err := os.ReadFile(filepath.Join("testdata", "golden", f.face.name()+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if differs(listing(t, f.face, "--fault", f.id), string(want)) == "" {
			t.Errorf("the listing of %s is the same with %s", f.face.name(), f.id)
		}
	}
}

package stranger_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// step is one thing a stranger does beside a card, and what must hold of it.
type step struct {
	name  string
	run   string   // for sh -e; all it prints counts
	fails bool     // it must end with another status than 0
	says  []string // words in what it prints; where a tool's status means nothing they judge alone
	never []string // words not in it
}

// said is what came of a step.
type said struct {
	output string
	status int
}

// prelude is what every session begins with. Whatever a step leaves running
// ends with the namespaces of hil exec.
const prelude = `
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
module=$(ls /usr/lib/*/opensc-pkcs11.so)
token() { p11tool --list-token-urls 2>/dev/null | grep -v 'System%20Trust'; }
`

// session runs the steps in their order beside one card in one private pcscd,
// which is much faster than one for each. more are flags of hil exec. It fails
// the test if the session broke before its end; the steps are not judged.
func session(t *testing.T, c face, more []string, steps ...step) map[string]said {
	t.Helper()
	script := prelude
	variables := c.variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		script += fmt.Sprintf("%s=%s\n", name, quoted(variables[name]))
	}
	for _, s := range steps {
		script += fmt.Sprintf("(\nset -e\n%s\n) </dev/null 2>&1\nprintf '\\n@@ %%s %%s\\n' '%s' $?\n", s.run, s.name)
	}
	limit := time.Minute + time.Duration(len(steps))*20*time.Second
	out, err := c.exec(t, limit, more, "sh", "-c", script)
	came := split(out)
	if err != nil || len(came) != len(steps) {
		t.Fatalf("the session of %d steps broke after %d: %v\n%s", len(steps), len(came), err, out)
	}
	return came
}

// exec runs a command beside the card in a private pcscd. more are flags of hil
// exec.
func (f face) exec(t testing.TB, limit time.Duration, more []string, what ...string) (string, error) {
	t.Helper()
	args := append(append([]string{"exec"}, f.flags()...), more...)
	return command(t, limit, filepath.Join(bin, "hil"), append(append(args, "--"), what...)...)
}

// quoted is a word for the shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

var mark = regexp.MustCompile(`(?m)^@@ (.+) (\d+)\n`)

// split takes the output of a session apart at the marks after its steps.
func split(out string) map[string]said {
	came := map[string]said{}
	for m := mark.FindStringSubmatchIndex(out); m != nil; m = mark.FindStringSubmatchIndex(out) {
		status, _ := strconv.Atoi(out[m[4]:m[5]])
		came[out[m[2]:m[3]]] = said{strings.TrimRight(out[:m[0]], "\n"), status}
		out = out[m[1]:]
	}
	return came
}

// beside is a session whose steps are judged, each in a subtest of its own.
func beside(t *testing.T, c face, more []string, steps ...step) map[string]said {
	t.Helper()
	came := session(t, c, more, steps...)
	for _, s := range steps {
		t.Run(strings.ReplaceAll(s.name, " ", "-"), func(t *testing.T) { s.judge(t, came[s.name]) })
	}
	return came
}

// judge holds a step to what must hold of it, and shows what the tool said.
func (s step) judge(t *testing.T, is said) {
	t.Helper()
	if (is.status != 0) != s.fails {
		t.Errorf("%s ended with status %d, wanted failure: %v", s.name, is.status, s.fails)
	}
	for _, w := range s.says {
		if !strings.Contains(is.output, w) {
			t.Errorf("%s does not say %q", s.name, w)
		}
	}
	for _, w := range s.never {
		if strings.Contains(is.output, w) {
			t.Errorf("%s says %q", s.name, w)
		}
	}
	if t.Failed() {
		t.Logf("$ %s\n%s", strings.TrimSpace(s.run), is.output)
	}
}

// Requirement: a session shows each step what it printed and its status, so
// that no stranger's complaint is taken for another's or lost.
// Turned red by: marks that do not stand alone on a line.
func TestSplit(t *testing.T) {
	came := split("one\n\n@@ a step 0\nno newline at its end\n@@ another 3\n\n@@ silent 0\nafter the last")
	want := map[string]said{"a step": {"one", 0}, "another": {"no newline at its end", 3}, "silent": {"", 0}}
	if !maps.Equal(came, want) {
		t.Errorf("%+v", came)
	}
}

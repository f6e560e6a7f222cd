package ci_test

import (
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the reviewed list of linked packages")

// golden is the reviewed list: every package outside the standard library that
// is linked into the programs end users run, on Linux and on Windows.
const golden = "testdata/agent.packages"

// Requirement: the agent links nothing that was not reviewed, and nothing from
// emu, mockcis2, conformance, hil, testpki or a test framework.
// Turned red by: any new import; see TestLinkedCanFail.
func TestLinkedPackages(t *testing.T) {
	got := linked(t)
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got {
		if why := unwanted(p); why != "" {
			t.Errorf("the agent links %s: %s", p, why)
		}
		if !slices.Contains(strings.Fields(string(want)), p) {
			t.Errorf("the agent links %s, which is not in ci/%s: review it, then go test ./ci -update", p, golden)
		}
	}
	for _, p := range strings.Fields(string(want)) {
		if !slices.Contains(got, p) {
			t.Errorf("ci/%s lists %s, which is no longer linked", golden, p)
		}
	}
}

func linked(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, env := range [][]string{{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"}, {"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{else if eq .ImportPath \"testing\"}}testing{{end}}", "./agent/cmd/...")
		cmd.Dir, cmd.Env = "..", append(os.Environ(), env...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list for %v: %v", env, err)
		}
		all = append(all, strings.Fields(string(out))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// unwanted says why a package must never be in the agent, or nothing.
func unwanted(path string) string {
	for _, top := range []string{"emu", "mockcis2", "conformance", "hil", "reports", "ci", "agent/testpki", "agent/reader/readertest"} {
		if path == module+"/"+top || strings.HasPrefix(path, module+"/"+top+"/") {
			return "it is ours, for tests and benches"
		}
	}
	for _, framework := range []string{"testing", "github.com/onsi/", "github.com/stretchr/testify", "github.com/golang/mock", "github.com/ory/fosite"} {
		if path == framework || strings.HasPrefix(path, framework) {
			return "it is a test framework or a provider's engine"
		}
	}
	return ""
}

// Requirement: the check above is able to fail.
func TestLinkedCanFail(t *testing.T) {
	for _, p := range []string{module + "/emu", module + "/agent/testpki", "github.com/onsi/gomega", "testing"} {
		if unwanted(p) == "" {
			t.Errorf("%s would be let in", p)
		}
	}
}

package ci_test

import (
	"slices"
	"strings"
	"testing"
)

// arrow says what the files of a folder may import of ours, and why no more.
// This is policy: a change here is a change of architecture, not a fix of a
// build.
type arrow struct {
	from string
	to   []string
	why  string
}

var arrows = []arrow{
	{"agent", []string{"agent"}, "the agent is what people run; it must stand without our mocks and benches"},
	{"emu", []string{"emu", "agent/iso7816", "agent/testpki"}, "a card that shares decisions with the agent proves nothing about it"},
	{"mockcis2", []string{"mockcis2", "agent/testpki"}, "likewise the provider"},
	{"reports", []string{"reports"}, "who judges must not depend on what is judged"},
	{"hil", []string{"hil", "reports", "agent/iso7816", "agent/reader", "emu", "mockcis2"}, "the bench runs suites as programs"},
	{"conformance", []string{"agent", "emu", "mockcis2", "hil", "reports", "conformance"}, "suites judge everything"},
	{"ci", nil, "it reads source as text"},
}

// exact lists imports that are allowed only as this very package, not below it.
var exact = map[string][]string{"hil": {"emu", "mockcis2"}}

// Requirement: the direction of imports of the design, tests included.
// Turned red by: any import against an arrow; see TestLayersCanFail.
func TestLayers(t *testing.T) {
	for _, f := range source(t) {
		for _, i := range f.imports() {
			if why := forbidden(f, i); why != "" {
				t.Errorf("%s imports %s: %s", f.path, i, why)
			}
		}
	}
}

func forbidden(f file, imported string) string {
	top, _, _ := strings.Cut(f.path, "/")
	if imported == "agent/testpki" && top == "agent" && !f.isTest() && f.dir() != "agent/testpki" {
		return "the toy authority is for tests and mocks only"
	}
	for _, a := range arrows {
		if a.from == top {
			if !allowed(a, imported) {
				return a.why
			}
			return ""
		}
	}
	return "the top level is fixed, and " + top + " is not part of it"
}

func allowed(a arrow, imported string) bool {
	return slices.ContainsFunc(a.to, func(to string) bool {
		if slices.Contains(exact[a.from], to) {
			return imported == to
		}
		return imported == to || strings.HasPrefix(imported, to+"/")
	})
}

// Requirement: the check above is able to fail.
func TestLayersCanFail(t *testing.T) {
	for _, c := range []struct{ from, imported string }{
		{"agent/signin/signin.go", "emu"},
		{"agent/signin/signin_test.go", "mockcis2"},
		{"agent/agent.go", "agent/testpki"},
		{"emu/card.go", "agent/card"},
		{"mockcis2/server.go", "emu"},
		{"hil/rig/rig.go", "conformance/suite"},
		{"hil/rig/rig.go", "emu/applet"},
		{"reports/gate/gate.go", "hil/cell"},
		{"util/x.go", "agent"},
	} {
		if forbidden(file{path: c.from}, c.imported) == "" {
			t.Errorf("%s may import %s", c.from, c.imported)
		}
	}
}

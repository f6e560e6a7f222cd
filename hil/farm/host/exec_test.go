package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// role says in the environment that this binary is the program of an attempt.
const role = "HIL_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) != "" {
		program(os.Getenv(role))
		return
	}
	os.Exit(m.Run())
}

// program is an attempt's program.
func program(as string) {
	var w farm.Work
	raw, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(raw, &w)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	switch as {
	case "asks":
		said, err := Ask(context.Background(), os.Getenv(EnvActuator), os.Getenv(EnvSecret), Request{Device: w.Devices[0], Verb: Identify})
		_, strange := Ask(context.Background(), os.Getenv(EnvActuator), "wrong", Request{Device: w.Devices[0], Verb: Identify})
		fmt.Printf(`{"verdict":"PASS","reason":%q}`, fmt.Sprint(said, err, strange))
	case "hangs": // with a child that outlives it, if nobody cares
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), role+"=child")
		cmd.Stdin = bytes.NewReader(raw)
		_ = cmd.Start()
		time.Sleep(time.Hour)
	case "child": // holds a lock, which goes only with it
		path := mustString(w.Job)
		_ = flock.New(path + ".lock").Lock()
		_ = os.WriteFile(path, []byte("up"), 0o600)
		time.Sleep(time.Hour)
	case "babbles":
		fmt.Print("no JSON")
	case "fails":
		os.Exit(3)
	}
}

func mustString(raw json.RawMessage) (s string) {
	_ = json.Unmarshal(raw, &s)
	return s
}

// Requirement: the attempt's program asks its daemon for devices by a door of
// its own, whatever it answers is an outcome, and its time is enforced on all it
// has started. Source: issue 7, "the conformance process in its own process group
// with a deadline". Turned red by: killing only the program itself.
func TestExec(t *testing.T) {
	self, err := os.Executable()
	wants(t, err, nil)
	for _, c := range []struct{ role, verdict, reason string }{
		{"asks", "PASS", "ok<nil> the host daemon answers 403"},
		{"babbles", "ERROR", "no JSON"},
		{"fails", "ERROR", "exit status 3"},
		{"hangs", "ERROR", "ended at its time"},
	} {
		t.Run(c.role, func(t *testing.T) {
			up := filepath.Join(t.TempDir(), "up")
			w := work(1)
			w.Job = json.RawMessage(fmt.Sprintf("%q", up))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() { // the time is up once the child runs
				for ctx.Err() == nil {
					if raw, _ := os.ReadFile(up); len(raw) > 0 {
						cancel()
					}
					time.Sleep(5 * time.Millisecond)
				}
			}()
			e := Exec{Path: self, Env: []string{role + "=" + c.role, "PATH=" + os.Getenv("PATH")}, Logs: t.TempDir(), Now: time.Now}
			o := e.Run(ctx, w, actuator(t))
			if o.Verdict != c.verdict || !strings.Contains(o.Reason, c.reason) {
				t.Errorf("%s %q, want %s %q", o.Verdict, o.Reason, c.verdict, c.reason)
			}
			if c.role == "hangs" {
				gone(t, up)
			}
		})
	}
}

// gone wants the child that said in a file that it is up to have ended.
func gone(t *testing.T, path string) {
	t.Helper()
	lock := flock.New(path + ".lock")
	until(t, "the program's child ends", func() bool {
		mine, err := lock.TryLock()
		return mine && err == nil
	})
	wants(t, lock.Unlock(), nil)
}

// actuator is one that holds the reader.
func actuator(t *testing.T) Actuator {
	t.Helper()
	h := open(t, filepath.Join(t.TempDir(), "highwater.json"))
	wants(t, h.Admit(fence(7), reader), nil)
	return Actuator{
		grant: farm.Grant{Token: fence(7), Devices: []farm.Device{reader, power}},
		lease: t.Context(), here: &Guard{Host: "h1", Marks: h, Gadgets: &diary{}},
	}
}

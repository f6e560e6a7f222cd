//go:build unix

package host

import (
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
func program(role string) {
	var w farm.Work
	raw, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(raw, &w)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	switch role {
	case "asks":
		said, err := Ask(context.Background(), os.Getenv(EnvActuator), os.Getenv(EnvSecret), Request{Device: w.Devices[0], Verb: Identify})
		_, strange := Ask(context.Background(), os.Getenv(EnvActuator), "wrong", Request{Device: w.Devices[0], Verb: Identify})
		fmt.Printf(`{"verdict":"PASS","reason":%q}`, fmt.Sprint(said, err, strange))
	case "hangs": // with a child that outlives it, if nobody cares
		cmd := exec.Command("sleep", "1000")
		_ = cmd.Start()
		_ = os.WriteFile(string(mustString(w.Job)), fmt.Append(nil, cmd.Process.Pid), 0o600)
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
			pid := filepath.Join(t.TempDir(), "pid")
			w := work(1)
			w.Job = json.RawMessage(fmt.Sprintf("%q", pid))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() { // the time is up once the child runs
				for ctx.Err() == nil {
					if raw, _ := os.ReadFile(pid); len(raw) > 0 {
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
				gone(t, pid)
			}
		})
	}
}

// gone wants the process whose number is in a file to have ended.
func gone(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	wants(t, err, nil)
	until(t, "the program's child ends", func() bool {
		stat, err := os.ReadFile("/proc/" + string(raw) + "/stat")
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
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

package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// asProgram in the environment makes this binary hil itself: a farm's host
// starts it again for each cell.
const asProgram = "HIL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	w := world{ctx: context.Background(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Environ(), now: time.Now, self: os.Args[0]}
	os.Exit(program(w, os.Args[1:]))
}

// Requirement: the same matrix runs on a farm: a hub, hosts that join it with
// their own identities, and the report and exit codes of 'hil run'. Source: issue
// 7, "the same program on a laptop with no hardware and on a farm of many hosts".
// Turned red by: an outcome that does not find its way into the report.
func TestFarm(t *testing.T) {
	f := newFarm(t)
	at := f.start("serve", "--identity", f.identity("hub", "hub", "--server", "127.0.0.1"), "--dir", f.dir+"/hub",
		"--clients", "127.0.0.1:0", "--leaves", "127.0.0.1:0")
	dir := desk(t, "PASS")
	f.start("host", "--hub", at.Leaves, "--identity", f.identity("host", "a"), "--name", "a", "--dir", f.dir+"/a", "--rig", dir+"/rig.yaml", "--bin", dir)
	f.start("host", "--direct", "--hub", at.Clients, "--identity", f.identity("host", "b"), "--name", "b", "--dir", f.dir+"/b", "--rig", dir+"/rig.yaml", "--bin", dir)
	me := f.identity("planner", "me")
	submit := func(more ...string) (int, string) {
		return hil(t, append([]string{"submit", "--hub", at.Clients, "--identity", me, "--on", "a", "--on", "b", "--rig", dir + "/rig.yaml", "--bin", dir, "--out", dir + "/out"}, more...)...)
	}
	for verdict, want := range map[string]int{"PASS": result.ExitInconclusive, "FAIL": result.ExitFail} { // package cells say nothing about the agent program
		if err := os.WriteFile(filepath.Join(dir, "verdict"), []byte(verdict), 0o600); err != nil {
			t.Fatal(err)
		}
		code, said := submit("--id", "run-"+verdict)
		if code != want {
			t.Fatalf("exit code %d, want %d\n%s", code, want, said)
		}
		for _, c := range latestReport(t, dir).Cells {
			if c.Verdict != result.Verdict(verdict) || len(c.Specs) != 2 {
				t.Errorf("%s is %s with %d specs, want %s with 2", c.ID, c.Verdict, len(c.Specs), verdict)
			}
		}
	}
	if code, said := submit("--id", "run-FAIL"); code != 1 {
		t.Errorf("asking for the same run again: exit code %d, want 1\n%s", code, said)
	}
}

// Requirement: wrong use is told from a farm that cannot be reached, and says how
// to do better. Source: design.md, exit codes. Turned red by: 2 for both.
func TestFarmRefuses(t *testing.T) {
	f := newFarm(t)
	id := f.identity("host", "a")
	for _, c := range []struct {
		args []string
		code int
		say  string
	}{
		{[]string{"serve"}, result.ExitUsage, "--identity"},
		{[]string{"host", "--identity", id, "--hub", "127.0.0.1:1", "--name", "a b"}, result.ExitUsage, "letters"},
		{[]string{"host", "--identity", id}, result.ExitUsage, "--hub"},
		{[]string{"identity", "issue", "--authority", f.dir + "/authority", "--role", "king", "--name", "x", f.dir + "/x"}, result.ExitUsage, "role"},
		{[]string{"identity", "authority", f.dir + "/authority"}, result.ExitInconclusive, "exists"},
	} {
		code, said := hil(t, c.args...)
		if code != c.code || !strings.Contains(said, c.say) {
			t.Errorf("%v: exit code %d, want %d and %q in:\n%s", c.args, code, c.code, c.say, said)
		}
	}
}

// farmBed is a farm of this test's own.
type farmBed struct {
	t   *testing.T
	dir string
}

func newFarm(t *testing.T) farmBed {
	t.Helper()
	f := farmBed{t, t.TempDir()}
	f.must("identity", "authority", f.dir+"/authority")
	return f
}

func (f farmBed) must(args ...string) {
	f.t.Helper()
	if code, said := hil(f.t, args...); code != 0 {
		f.t.Fatalf("%v: %d %s", args, code, said)
	}
}

func (f farmBed) identity(role, name string, more ...string) string {
	f.t.Helper()
	dir := filepath.Join(f.dir, "identity-"+role+"-"+name)
	f.must(append([]string{"identity", "issue", "--authority", f.dir + "/authority", "--role", role, "--name", name, dir}, more...)...)
	return dir
}

// ready is what a hub says when it is.
type ready struct{ Clients, Leaves string }

// start runs a command until the test ends, and waits for its ready line.
func (f farmBed) start(args ...string) ready {
	f.t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(f.t.Context()))
	var log notes
	w := world{ctx: ctx, stdin: strings.NewReader(""), stdout: in, stderr: &log, env: append(os.Environ(), asProgram+"=1"), now: time.Now, self: os.Args[0], host: "test"}
	ended := make(chan int, 1)
	go func() {
		ended <- program(w, args)
		_ = in.Close()
	}()
	f.t.Cleanup(func() {
		stop()
		if code := <-ended; code != 0 {
			f.t.Errorf("%v: exit code %d\n%s", args, code, log.String())
		}
	})
	var r ready
	if err := json.NewDecoder(out).Decode(&r); err != nil {
		f.t.Fatalf("%v was never ready: %v\n%s", args, err, log.String())
	}
	return r
}

// notes is a log that several may write to.
type notes struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

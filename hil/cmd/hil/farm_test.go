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

	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// asProgram in the environment makes this binary hil itself: a farm's host
// starts it again for each cell, and that itself inside namespaces.
const asProgram = "HIL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	inner := len(os.Args) > 1 && os.Args[1] == "cell-init" // a cell's environment is its own
	if os.Getenv(asProgram) == "" && !inner {
		os.Exit(m.Run())
	}
	w := world{ctx: context.Background(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Environ(), now: time.Now, self: os.Args[0], cards: pcsc.New()}
	os.Exit(program(w, os.Args[1:]))
}

// Requirement: the same matrix runs on a farm: a hub, hosts that join it with
// their own identities, and the report and exit codes of 'hil run'. Source: issue
// 7, "the same program on a laptop with no hardware and on a farm of many hosts".
// Turned red by: an outcome that does not find its way into the report.
func TestFarm(t *testing.T) {
	f, to := newFarm(t), newCollector(t)
	at := f.start("serve", "--identity", f.identity("hub", "hub", "--server", "127.0.0.1"), "--dir", f.dir+"/hub",
		"--clients", "127.0.0.1:0", "--leaves", "127.0.0.1:0", "--traces", to.URL+"/v1/traces")
	dir := desk(t, "PASS")
	f.start("host", "--hub", at.Leaves, "--identity", f.identity("host", "a"), "--name", "a", "--dir", f.dir+"/a", "--rig", dir+"/rig.yaml", "--bin", dir, "--traces", to.URL+"/v1/traces")
	f.start("host", "--direct", "--hub", at.Clients, "--identity", f.identity("host", "b"), "--name", "b", "--dir", f.dir+"/b", "--rig", dir+"/rig.yaml", "--bin", dir, "--traces", to.URL+"/v1/traces")
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
	to.oneTrace("hil planner: hand out", "hil host: run cell", "hil cell: run specs")
}

// Requirement: who waits for a run that cannot go on gets a report when the patience
// ends, which says what each cell waits for; the run goes on, and ends once the reader
// is free again. Source: issue 7, points 3 and 4. Turned red by: waiting without end for
// a reader in quarantine.
func TestPatience(t *testing.T) {
	f := newFarm(t)
	at := f.start("serve", "--identity", f.identity("hub", "hub", "--server", "127.0.0.1"), "--dir", f.dir+"/hub", "--clients", "127.0.0.1:0", "--leaves", "127.0.0.1:0")
	dir := desk(t, "PASS")
	f.start("host", "--direct", "--hub", at.Clients, "--identity", f.identity("host", "a"), "--name", "a", "--dir", f.dir+"/a", "--rig", dir+"/rig.yaml", "--bin", dir)
	me := f.identity("planner", "me")
	const one = "series9-T1-package"
	device := farm.Device{Host: "a", Kind: farm.Reader, ID: "virtual " + one}
	set := func(s farm.State, reason string) {
		nc, store, _, err := submitCommand{Hub: []string{at.Clients}, Identity: me}.open(t.Context())
		if err == nil {
			defer nc.Close()
			_, err = store.Set(t.Context(), device, s, reason)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	submit := func(more ...string) (int, string) {
		return hil(t, append([]string{"submit", "--hub", at.Clients, "--identity", me, "--on", "a", "--rig", dir + "/rig.yaml", "--bin", dir, "--out", dir + "/out", "--cells", one, "--id", "stuck"}, more...)...)
	}
	set(farm.Quarantined, "bent contacts")
	code, said := submit("--patience", "2s")
	c := latestReport(t, dir).Cells[0]
	if code != result.ExitInconclusive || c.Verdict != result.Miss || !strings.Contains(c.Reason, "of host a is quarantined: bent contacts") || !strings.Contains(said, "run stuck goes on") {
		t.Errorf("exit code %d, %s because %q\n%s", code, c.Verdict, c.Reason, said)
	}
	set(farm.Free, "")
	if _, said := submit("--patience", "1m"); latestReport(t, dir).Cells[0].Verdict != result.Pass {
		t.Errorf("with the reader free again it is %+v\n%s", latestReport(t, dir).Cells[0], said)
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
type ready struct{ Clients, Leaves, HTTP string }

// start runs a command until the test ends, and waits for its ready line.
func (f farmBed) start(args ...string) ready {
	f.t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(f.t.Context()))
	var log notes
	w := world{ctx: ctx, stdin: strings.NewReader(""), stdout: in, stderr: &log, env: append(os.Environ(), asProgram+"=1"), now: time.Now, self: os.Args[0], host: "test", cards: pcsc.New()}
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

// Requirement: a plan file runs on a farm as it does here: the host makes its cells from
// its own rig, with the builds that it knows by name; --dry-run submits nothing. Source:
// issue 7 point 3; secrets of cards go over no network. Turned red by: a cell that the
// host does not find, a build that is taken for another, a run that a dry run begins.
func TestFarmRunsAPlanFile(t *testing.T) {
	f := newFarm(t)
	at := f.start("serve", "--identity", f.identity("hub", "hub", "--server", "127.0.0.1"), "--dir", f.dir+"/hub", "--clients", "127.0.0.1:0", "--leaves", "127.0.0.1:0")
	dir, other := desk(t, "PASS"), desk(t, "FAIL")
	f.start("host", "--direct", "--hub", at.Clients, "--identity", f.identity("host", "a"), "--name", "a", "--dir", f.dir+"/a", "--rig", dir+"/rig.yaml", "--bin", dir, "--build", "next="+other)
	matrix := written(t, "nightly.yaml", "name: nightly\ncards: [a]\nreaders: [package]\nsuites: [card]\nbuilds: [{id: hand}, {id: next, bin: /elsewhere}, {id: lost, bin: /elsewhere}]\n")
	me := f.identity("planner", "me")
	submit := func(more ...string) (int, string) {
		return hil(t, append([]string{"submit", "--hub", at.Clients, "--identity", me, "--rig", dir + "/rig.yaml", "--matrix", matrix, "--bin", dir, "--out", dir + "/out", "--attempts", "1", "--id", "night", "--on", "a"}, more...)...)
	}
	if code, said := submit("--dry-run"); code != 0 || !strings.Contains(said, "3 cells") {
		t.Errorf("dry run: %d\n%s", code, said)
	}
	code, said := submit()
	if code != result.ExitFail {
		t.Errorf("exit code %d, want 1\n%s", code, said)
	}
	got := map[string]string{}
	for _, c := range latestReport(t, dir).Cells {
		for _, build := range []string{"hand", "next", "lost"} {
			if strings.Contains(c.ID, build) {
				got[build] = string(c.Verdict) + " " + c.Reason
			}
		}
	}
	if got["hand"] != "PASS " || !strings.HasPrefix(got["next"], "FAIL") || !strings.HasPrefix(got["lost"], "MISS") || !strings.Contains(got["lost"], "--build lost=DIR") {
		t.Errorf("%q\n%s", got, said)
	}
}

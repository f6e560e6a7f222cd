package virtual_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/attempt"
	"github.com/smartcard-connect/smartcard-connect/hil/attempt/attempttest"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
	"github.com/smartcard-connect/smartcard-connect/hil/health"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/virtual"
)

// TestMain lets the test program stand in for the process inside.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "inner" {
		os.Exit(inner(os.Args[2]))
	}
	os.Exit(m.Run())
}

func inner(file string) int {
	job, err := bench.ReadJob(file)
	if err == nil {
		err = namespace.Setup(func() { os.Exit(2) })
	}
	if err == nil {
		err = virtual.Serve(context.Background(), job, os.Environ(), os.Stdin, os.Stdout)
	}
	if err != nil {
		println(err.Error())
		return 2
	}
	return 0
}

// serial is what the card of series 9 says of itself.
const serial = "CE91EC0E071F43D1835B9BA8EEC77DBA"

// verdicts is a conformance program that says PASS, and waits first where there
// is a file "slow" beside it.
const verdicts = `#!/bin/sh
[ -e "$(dirname "$0")/slow" ] && sleep 600
id=$(sed -n 's/.*"cell": "\(.*\)",/\1/p' "$3")
cat >"$5/cell.json" <<END
{"id":"$id","series":"","protocol":"","kind":"","product":"","verdict":"PASS","reproduce":"","start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z","specs":[]}
END
`

// open has a reader stand, or says why it cannot here.
func open(t *testing.T) *virtual.Reader {
	t.Helper()
	bin, dir := t.TempDir(), t.TempDir()
	programs := bench.Programs{Bin: bin}
	if _, err := programs.System(bench.PCSCD); err != nil || runtime.GOOS != "linux" {
		t.Skipf("no private smartcard service here: %v", err)
	}
	if _, err := programs.Driver(); err != nil {
		t.Skip(err)
	}
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "github.com/smartcard-connect/smartcard-connect/emu/cmd/cardemu").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.WriteFile(filepath.Join(bin, bench.Conformance), []byte(verdicts), 0o755); err != nil {
		t.Fatal(err)
	}
	j := bench.Job{Dir: dir, Bin: bin, Seed: 1, Deadline: time.Minute, Cell: cell.Cell{
		Kind: rig.PCSCD, Card: rig.Card{Series: "9", Protocol: iso7816.T1, Holder: "555000000025"},
		Reader: rig.Reader{ID: "vpcd", Name: bench.SlotName(0)}, Features: []string{"card"},
	}}
	r, err := virtual.Open([]string{os.Args[0], "inner"}, j, os.Environ())
	if errors.Is(err, namespace.ErrUnavailable) || err != nil && strings.Contains(err.Error(), namespace.ErrUnavailable.Error()) {
		t.Skipf("no namespaces here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// Requirement: tests with a fake reader say something about real ones: a pcscd
// with its virtual reader keeps the same. Source: issue 7 point 4; facts §4.1 on
// exclusive connections and protocols. Turned red by: a card that stays powered at
// the protocol of before, a connection that is left open, a card left in.
func TestRealReaderHolds(t *testing.T) {
	r := open(t)
	attempttest.Hold(t, r, serial, 3, func(yes bool) {
		r.Job.Cell.Card.Protocol = iso7816.T1
		if yes {
			r.Job.Cell.Card.Protocol = iso7816.T0
		}
	})
	whole(t, r)
	repaired(t, r)
	late(t, r)
	gone(t, r)
}

func try(t *testing.T, r *virtual.Reader, serial string, limit time.Duration) attempt.Report {
	t.Helper()
	r.Job.Dir = t.TempDir()
	return attempt.Attempt{
		Place: r, Serial: serial, Leases: &memory.Farm{}, Deadline: limit, Now: time.Now, Holder: farm.Holder{Run: "r", Cell: "c", Attempt: 1, Host: "h", Boot: "b"},
		Devices: []farm.Device{{Host: "h", Kind: farm.Reader, ID: "1"}},
	}.Run(t.Context())
}

// whole is an attempt with all its steps, twice in a reader that stays up.
func whole(t *testing.T, r *virtual.Reader) {
	t.Helper()
	for range 2 {
		got := try(t, r, serial, time.Minute)
		if got.Verdict != "PASS" || got.Cell.ID != r.Job.Cell.ID() {
			t.Errorf("%+v", got.Outcome)
		}
		for _, name := range []string{"target.json", "card.apdu", "conformance.log"} {
			if _, err := os.Stat(filepath.Join(r.Job.Dir, name)); err != nil {
				t.Errorf("not collected: %v", err)
			}
		}
	}
	if got := try(t, r, "00", time.Minute); got.Verdict != "MISS" || !strings.Contains(got.Reason, serial) {
		t.Errorf("another card than the plan names: %+v", got.Outcome)
	}
}

// repaired is a reader whose pcscd has died: the golden card is not seen, no
// repair of the card helps, and with the service started again all is well.
func repaired(t *testing.T, r *virtual.Reader) {
	t.Helper()
	pid := below(t, r.Process(), bench.PCSCD)
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := health.Look(t.Context(), attempt.Golden(r, serial), r.Hands())
	if err != nil || !f.Good || f.By != "daemon restart" || len(f.Tried) != 4 {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err := health.Look(t.Context(), attempt.Golden(r, serial), r.Hands()); err != nil || !f.Good || len(f.Tried) != 0 {
		t.Errorf("repaired, and then %+v, %v", f, err)
	}
}

// below is the process with a name that process parent has started.
func below(t *testing.T, parent int, name string) int {
	t.Helper()
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		raw, _ := os.ReadFile(file)
		var pid, of int
		var comm string
		var state string
		if n, _ := fmt.Sscanf(string(raw), "%d %s %s %d", &pid, &comm, &state, &of); n == 4 && of == parent && comm == "("+name+")" {
			return pid
		}
	}
	t.Fatalf("no %s below process %d", name, parent)
	return 0
}

// late is a conformance process that does not end: it is ended, and the reader
// is good for the next.
func late(t *testing.T, r *virtual.Reader) {
	t.Helper()
	slow := filepath.Join(r.Job.Bin, "slow")
	if err := os.WriteFile(slow, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := try(t, r, serial, 100*time.Millisecond); got.Verdict != "ERROR" || !strings.Contains(got.Reason, "deadline") {
		t.Errorf("%+v", got.Outcome)
	}
	if err := os.Remove(slow); err != nil {
		t.Fatal(err)
	}
	if got := try(t, r, serial, time.Minute); got.Verdict != "PASS" {
		t.Errorf("after one that was ended: %+v", got.Outcome)
	}
}

// gone is a reader whose process dies: the attempt is MISS and does not hang.
func gone(t *testing.T, r *virtual.Reader) {
	t.Helper()
	p, err := os.FindProcess(r.Process())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := try(t, r, serial, time.Minute); got.Verdict != "MISS" || !strings.Contains(got.Reason, virtual.ErrGone.Error()) {
		t.Errorf("%+v", got.Outcome)
	}
}

//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// oneCard is a bench with one card and no more around it than its checks need.
const oneCard = `
name: studio
title: One software card behind pcscd
readers: [{id: r, device: vpcd, name: Virtual PCD 00 00}]
cards: [{id: c, series: "9", protocol: T=1, holder: "555000000025", passcode: "123456", puk: "12345678"}]
cells: [{kind: pcscd, reader: r, cards: [c], features: [card, pcsc, test-card, format-first, toy-pki, as-issued, bench]}]
`

// studio is the built programs and a bench in a folder.
type studio struct {
	t   *testing.T
	dir string
}

func newStudio(t *testing.T) studio {
	t.Helper()
	for _, file := range []string{"/usr/sbin/pcscd", "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"} {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("this machine has no virtual reader (%v): apt-get install pcscd vsmartcard-vpcd", err)
		}
	}
	try := exec.Command("/bin/true")
	if cut, err := namespace.Start(try); err != nil {
		t.Skipf("no namespaces here: %v", err)
	} else {
		_, _ = try.Process.Wait()
		_ = cut()
	}
	s := studio{t, t.TempDir()}
	build := exec.Command("go", "build", "-o", s.dir+"/bin/", "./hil/cmd/hil", "./emu/cmd/cardemu", "./mockcis2/cmd/mockcis2", "./agent/cmd/...", "./conformance/cmd/conformance", "./conformance/cmd/scripted-pinentry")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(s.dir+"/rig.yaml", []byte(oneCard), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// These need the built programs, which are built once.
func TestRecordings(t *testing.T) {
	s := newStudio(t)
	t.Run("a recorded cell passes the same specs", func(t *testing.T) { s.recordedCell(t) })
	t.Run("a card in a reader of this machine is judged", func(t *testing.T) { s.cardAtHand(t) })
	t.Run("a stranger is served from a recording", func(t *testing.T) { s.stranger(t) })
}

// hil runs the built program.
func (s studio) hil(args ...string) (int, string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.dir+"/bin/hil", args...)
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(os.Interrupt) }, 5*time.Second
	cmd.Dir = s.dir
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// run is 'hil run' of a few checks that spend tries, sign, move the card and
// look at its answer to reset.
func (s studio) run(out string, more ...string) (int, string) {
	return s.hil(append([]string{"run", "--rig", "rig.yaml", "--cells", "*-pcscd", "--only", "card.[rw]*", "--seed", "7", "--out", out}, more...)...)
}

func (s studio) specs(out string) map[string]result.Spec {
	s.t.Helper()
	f, err := os.Open(filepath.Join(s.dir, out, "latest", "report.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := result.Read(f)
	if err != nil || len(r.Cells) != 1 {
		s.t.Fatalf("%d cells, %v", len(r.Cells), err)
	}
	specs := map[string]result.Spec{}
	for _, x := range r.Cells[0].Specs {
		specs[x.ID] = x
	}
	return specs
}

// Requirement: a cell recorded on a virtual reader behind a real pcscd passes the
// same specs from its recording, with no card; what it cannot show is skipped
// with the reason; PIN bytes are nowhere in the recording; a changed byte in it
// turns a spec red; and what it shows lets no release out. Source: issue 7, must
// show and point 7. Turned red by: a player that guesses or loses its place, a
// reader that is not marked by checks, or blanking left off.
func (s studio) recordedCell(t *testing.T) {
	if code, said := s.run("first", "--record", "tape", "--card-keys", keys(t)); code == result.ExitFail || code == result.ExitUsage {
		t.Fatalf("recording: exit %d\n%s", code, said)
	}
	file := filepath.Join(s.dir, "tape", "series9-T1-pcscd.apdu")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"123456", "12345678"} {
		if bytes.Contains(bytes.ToUpper(raw), []byte(fmt.Sprintf("%X", secret))) {
			t.Errorf("%s is in the recording", secret)
		}
	}
	code, said := s.run("second", "--replay", "tape", "--card-keys", keys(t))
	if code != result.ExitPass || !strings.Contains(said, "series9-T1-recorded") {
		t.Errorf("playing: exit %d\n%s", code, said)
	}
	first, second, passed := s.specs("first"), s.specs("second"), 0
	for id, was := range first {
		is := second[id]
		switch {
		case is.Verdict == was.Verdict:
		case was.Verdict == result.Pass && is.Verdict == result.Skip && strings.Contains(is.Reason, "not in a recording: "):
			t.Logf("%s cannot be played: %s", id, is.Reason)
			continue
		default:
			t.Errorf("%s was %s and is %s: %s", id, was.Verdict, is.Verdict, is.Reason)
		}
		if is.Verdict == result.Pass {
			passed++
		}
	}
	if passed < 8 {
		t.Errorf("only %d specs passed:\n%s", passed, said)
	}
	changed := bytes.ReplaceAll(raw, []byte("\n< 63C2 #"), []byte("\n< 63C1 #"))
	if bytes.Equal(changed, raw) {
		t.Fatal("the change changed nothing")
	}
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := s.run("third", "--replay", "tape", "--card-keys", keys(t)); code != result.ExitFail {
		t.Errorf("a changed counter: exit %d\n%s", code, said)
	}
	if code, said := s.hil("gate", "second/latest/report.json"); code == result.ExitPass {
		t.Errorf("a recording let a release out:\n%s", said)
	}
}

func keys(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../../agent/testpki/keys")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// second is another pcscd's reader: one driver's two slots wait for each other,
// so a card is not carried between them.
const second = `FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:0x8CA0
LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so
CHANNELID 0x8CA0
`

// Requirement: a stranger's program is recorded with a listed test card that is
// carried from one reader to another, and then served from the recording alone; a
// card that is not listed is not recorded. Source: issue 7, point 7. Turned red
// by: recording any card, or a player that a stranger can tell from it.
func (s studio) stranger(t *testing.T) {
	if _, err := exec.LookPath("opensc-tool"); err != nil {
		t.Skip("OpenSC is the stranger here: apt-get install opensc")
	}
	hil := s.dir + "/bin/hil"
	// pcscd looks for a card every 400 ms; the list of readers asks no card anything.
	const await = "n=0; until opensc-tool --list-readers 2>/dev/null | grep -q Yes; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done\n"
	look := "opensc-tool --reader 0 -c default -s 00:A4:04:00:0B:A0:00:00:03:08:00:00:10:00:01:00:00 -s 00:CB:3F:FF:03:5C:01:7E:00"
	for name, text := range map[string]string{
		"conf/vpcd": second,
		"second.sh": "mount -t tmpfs none /run && mkdir /run/pcscd && exec pcscd --foreground --config " + s.dir + "/conf >/dev/null 2>&1\n",
		"look.sh":   await + look + "\n",
	} {
		if err := errors.Join(os.MkdirAll(s.dir+"/conf", 0o755), os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	record := func(more string) (int, string) {
		return s.hil("exec", "--", "/bin/sh", "-c", "unshare -m /bin/sh second.sh & "+
			hil+` record --reader "Virtual PCD 00 00" --through vpcd://127.0.0.1:36000 -o talk.apdu `+more+" -- nsenter -m -t $! --wd="+s.dir+" /bin/sh look.sh")
	}
	code, said := record("--test-card 00")
	if code != result.ExitUsage || !strings.Contains(said, "not listed as a test card") {
		t.Fatalf("a card that is not listed: exit %d\n%s", code, said)
	}
	_, serial, _ := strings.Cut(said, "card ")
	serial, _, _ = strings.Cut(serial, " ")
	bench := "name: one\nreaders: [{id: r, name: Virtual PCD 00 00}]\ncards: [{id: c, series: \"9\", protocol: T=1, serial: \"" + serial + "\", test: true}]\n"
	if err := os.WriteFile(s.dir+"/bench.yaml", []byte(bench), 0o600); err != nil {
		t.Fatal(err)
	}
	code, was := record("--rig bench.yaml")
	if code != 0 || !strings.Contains(was, "Received") {
		t.Fatalf("recording: exit %d\n%s", code, was)
	}
	code, is := s.hil("exec", "--empty", "--", hil, "replay", "talk.apdu", "--", "/bin/sh", "-c", await+look)
	if code != 0 || received(is) != received(was) {
		t.Errorf("playing: exit %d\n%s\nrecorded:\n%s", code, is, was)
	}
	code, is = s.hil("exec", "--empty", "--", hil, "replay", "talk.apdu", "--", "/bin/sh", "-c", await+"opensc-tool --reader 0 -c default -s 00:CA:01:01:00")
	if code != result.ExitInconclusive || !strings.Contains(is, "SW1=0x6F, SW2=0x00") || !strings.Contains(is, "not in the recording") {
		t.Errorf("what was not recorded: exit %d\n%s", code, is)
	}
}

// received is what opensc-tool printed of the answers.
func received(said string) string {
	_, after, _ := strings.Cut(said, "Received")
	after, _, _ = strings.Cut(after, "Recorded in")
	return strings.TrimSpace(after)
}

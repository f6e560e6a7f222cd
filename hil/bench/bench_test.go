package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Source: issue 2 point 6; shared design §6. Turned red by: not naming the
// Debian package, or the make target for a program of ours.
func TestMissingPiecesSayHowToGetThem(t *testing.T) {
	p := bench.Programs{Bin: t.TempDir()}
	_, system := p.System("no-such-daemon")
	_, built := p.Built(bench.CardEmu)
	for want, err := range map[string]error{"apt-get install no-such-daemon": system, "make build": built} {
		if !errors.Is(err, bench.ErrMissing) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want ErrMissing with %q", err, want)
		}
	}
}

func job(t *testing.T, kind string) bench.Job {
	c := cell.Cell{Kind: kind, Card: rig.Card{Series: "9", Protocol: iso7816.T1}, Features: []string{"card"}}
	return bench.Job{Cell: c, Dir: t.TempDir(), Bin: t.TempDir(), Seed: 1, Deadline: 1}
}

// Source: shared design §6, only PASS lets a release out. Turned red by: a
// verdict that a machine without our programs could mistake for the product's.
func TestCellWithoutItsProgramsIsMissed(t *testing.T) {
	for _, kind := range []string{rig.Package, rig.PCSCD} {
		j := job(t, kind)
		if kind == rig.PCSCD && available(j) {
			continue // a real pcscd would start; not here
		}
		if got := j.Run(t.Context(), nil); got.Verdict != result.Miss || got.ID != j.Cell.ID() || got.Reason == "" {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

func available(j bench.Job) bool {
	_, err := bench.Programs{Bin: j.Bin}.System(bench.PCSCD)
	return err == nil
}

// Source: hil README, "a cell that does not come back is ended". Turned red by:
// waiting for the conformance program without a deadline.
func TestHangingSuiteIsEnded(t *testing.T) {
	j := job(t, rig.Package)
	script := "#!/bin/sh\nexec sleep 600\n"
	if err := os.WriteFile(filepath.Join(j.Bin, bench.Conformance), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	got := j.Run(context.WithoutCancel(t.Context()), nil)
	if got.Verdict != result.Error || !strings.Contains(got.Reason, "deadline") {
		t.Errorf("%+v", got)
	}
}

// Turned red by: a job file that loses a field, or one with a field too many
// being taken.
func TestJobFile(t *testing.T) {
	j := job(t, rig.PCSCD)
	j.Fault, j.Only = "card.wrong-signature", "card.one"
	path := filepath.Join(j.Dir, "job.json")
	if err := j.Write(path); err != nil {
		t.Fatal(err)
	}
	back, err := bench.ReadJob(path)
	if err != nil {
		t.Fatal(err)
	}
	was, _ := json.Marshal(j)
	is, _ := json.Marshal(back)
	if string(was) != string(is) {
		t.Errorf("wrote %s\nread %s", was, is)
	}
	if err := os.WriteFile(path, []byte(`{"cell":{},"speed":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bench.ReadJob(path); err == nil {
		t.Error("an unknown field was taken")
	}
}

//go:build cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// insidePlastic in the environment names the folder of a TestPlasticFarm that is in a
// machine of its own.
const insidePlastic = "HIL_TEST_PLASTIC"

// Requirement: a farm's host runs the cells of a real bench: its gadgets bring the
// card, it is the card that the plan names, the judge sees it in the machine's own
// reader, its counter is checked, what it loses is in the ledger; a reader that misses
// goes into quarantine with the reason and is planned on no more. Source: issue 7
// points 1 to 5. Turned red by: a cell that makes a card of its own, a card that is
// brought behind the daemon's back, a quarantine that no record has.
func TestPlasticFarm(t *testing.T) {
	if dir := os.Getenv(insidePlastic); dir != "" {
		plasticFarm(t, dir)
		return
	}
	programs := bench.Programs{}
	if _, err := programs.System(bench.PCSCD); err != nil {
		t.Skip(err)
	}
	if _, err := programs.Driver(); err != nil {
		t.Skip(err)
	}
	dir := desk(t, "PASS")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/", "github.com/smartcard-connect/smartcard-connect/emu/cmd/cardemu").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestPlasticFarm$", "-test.v", "-test.timeout", "4m")
	cmd.Env = append(os.Environ(), insidePlastic+"="+dir)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	cut, err := namespace.Start(cmd)
	if errors.Is(err, namespace.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	_ = cut()
	if strings.Contains(out.String(), namespace.ErrUnavailable.Error()) {
		t.Skipf("no namespaces here: %s", out.String())
	}
	if err != nil || !strings.Contains(out.String(), "--- PASS: TestPlasticFarm") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// nurseSerial is what the card of series 9 says of itself.
const nurseSerial = "CE91EC0E071F43D1835B9BA8EEC77DBA"

// plasticRig is a bench of one reader, which is vpcd's and of which hil knows only the
// name, and of two cards; the second one's gadget is dead.
const plasticRig = `
name: ward
title: One reader
hosts: [{id: a, os: linux}]
gadgets: [{id: arm, kind: vpcd, host: a}]
readers: [{id: left, host: a, name: Virtual PCD 00 00}]
cards:
  - {id: nurse, series: "9", protocol: T=1, holder: x, passcode: "123456", serial: SERIAL, test: true, budget: {tries: 3}}
  - {id: doctor, series: "8", protocol: T=1, holder: x, passcode: "123456", serial: "00AA"}
routes:
  - {cards: [nurse], gadget: arm, cost: 1, settings: {control: "CONTROL"}}
  - {cards: [doctor], gadget: arm, cost: 1, settings: {control: "http://127.0.0.1:1"}}
cells:
  - {kind: pcscd, reader: left, cards: [nurse], features: [card, test-card], spends: {tries: 2}}
  - {kind: pcscd, reader: left, cards: [doctor], features: [card]}
`

// pcscStand is the stand-in for the conformance program, for as long as it sees the
// machine's smartcard service and is told the reader.
const pcscStand = `#!/bin/sh
if [ "$1" = run ]; then
	[ -S /run/pcscd/pcscd.comm ] && grep -q '"reader": "Virtual PCD 00 00"' "$3" || { echo "no reader" >&2; exit 2; }
fi
exec "$(dirname "$0")/stand" "$@"
`

// plasticFarm is the test inside.
func plasticFarm(t *testing.T, dir string) {
	if err := namespace.Setup(func() { os.Exit(2) }); err != nil {
		t.Skip(err)
	}
	control := putBeside(t, dir)
	text := strings.NewReplacer("CONTROL", control, "SERIAL", nurseSerial).Replace(plasticRig)
	for name, content := range map[string]string{"ward.yaml": text, "stand": stand, "conformance": pcscStand} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	f := newFarm(t)
	at := f.start("serve", "--identity", f.identity("hub", "hub", "--server", "127.0.0.1"), "--dir", f.dir+"/hub", "--clients", "127.0.0.1:0", "--leaves", "127.0.0.1:0")
	f.start("host", "--direct", "--hub", at.Clients, "--identity", f.identity("host", "a"), "--name", "a", "--dir", f.dir+"/a", "--state", dir+"/state", "--rig", dir+"/ward.yaml", "--bin", dir)
	me := f.identity("planner", "me")
	submit := func(more ...string) string {
		_, said := hil(t, append([]string{"submit", "--hub", at.Clients, "--identity", me, "--rig", dir + "/ward.yaml", "--bin", dir, "--out", dir + "/out", "--attempts", "1"}, more...)...)
		return said
	}
	verdict := func(id string) (result.Verdict, string) {
		for _, c := range latestReport(t, dir).Cells {
			if c.ID == id {
				return c.Verdict, c.Reason
			}
		}
		return "", "not in the report"
	}
	const nurse, doctor = "series9-T1-pcscd", "series8-T1-pcscd"
	if said := submit("--dry-run", "--cells", nurse); !strings.Contains(said, "a/left") || !strings.Contains(said, "arm") {
		t.Errorf("dry run says:\n%s", said)
	}

	said := submit("--cells", nurse)
	if v, why := verdict(nurse); v != result.Pass {
		t.Fatalf("%s is %s: %s\n%s\n%s", nurse, v, why, said, logs(f.dir+"/a/logs"))
	}
	s, err := (vpcd.Device{Control: control}).State(t.Context())
	if err != nil || !s.Present {
		t.Errorf("the card is not in the reader: %+v, %v", s, err)
	}
	if raw, err := os.ReadFile(dir + "/state/cards.ledger"); err != nil || strings.Count(string(raw), `"begin"`) != 1 || !strings.Contains(string(raw), "3 passcode tries left, 3 before") {
		t.Errorf("the ledger: %v\n%s", err, raw)
	}
	submit("--cells", nurse)
	if v, why := verdict(nurse); v != result.Miss || !strings.Contains(why, "budget") {
		t.Errorf("beyond its budget %s is %s: %s", nurse, v, why)
	}

	submit("--cells", doctor, "--attempts", "2") // with the one before, three
	if v, why := verdict(doctor); v != result.Miss {
		t.Errorf("%s is %s: %s", doctor, v, why)
	}
	out := quarantined(t, at.Clients, me)
	if out.Device.ID != "Virtual PCD 00 00" || !strings.Contains(out.Reason, "reconnect") {
		t.Errorf("the record says %+v\n%s", out, logs(f.dir+"/a/logs"))
	}
	if said := submit("--cells", nurse, "--dry-run"); !strings.Contains(said, "quarantined: ") {
		t.Errorf("a reader in quarantine is planned on:\n%s", said)
	}
}

// putBeside starts a smartcard service with a card beside its reader, and returns the
// card's side door.
func putBeside(t *testing.T, dir string) string {
	t.Helper()
	b := &bench.Bench{Options: bench.Options{Dir: dir, Programs: bench.Programs{Bin: dir}, Env: os.Environ()}}
	t.Cleanup(b.Close)
	ctx := context.WithoutCancel(t.Context())
	err := b.StartDaemon(ctx)
	if err == nil {
		err = b.PutCard(ctx, cell.Cell{Kind: rig.PCSCD, Card: rig.Card{Series: "9", Protocol: iso7816.T1, Holder: "555000000025"}}, 0, "")
	}
	if err == nil {
		err = (vpcd.Device{Control: b.Cards[0].Control}).Remove(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Cards[0].Control
}

// quarantined waits for a device that is in quarantine.
func quarantined(t *testing.T, hub, identity string) farm.Record {
	t.Helper()
	nc, store, _, err := submitCommand{Hub: []string{hub}, Identity: identity}.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for range 100 {
		records, err := store.Devices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if r.State == farm.Quarantined {
				return r
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("nothing was put into quarantine")
	return farm.Record{}
}

// logs are what attempts said.
func logs(dir string) string {
	var all strings.Builder
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, _ := os.ReadFile(path)
			fmt.Fprintf(&all, "%s: %s\n", filepath.Base(path), raw)
		}
		return nil
	})
	return all.String()
}

package windows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// farmKind is the job that has a farm in the box.
const farmKind = "farm"

// benchFile is what the Windows host of the farm has. Not claimed is PC/SC as
// such: Wine's SCardGetStatusChange never waits.
const benchFile = `name: windows-desk
title: One Windows host of a farm
hosts: [{id: win, os: windows}]
gadgets: [{id: side-door, kind: vpcd, host: win, settings: {control: "http://127.0.0.1:9483"}}]
readers: [{id: left, host: win, name: "Virtual PCD 00 00", driver: vpcd}]
cards: [{id: nurse, series: "9", protocol: T=1, holder: "555000000025", passcode: "123456", serial: CE91EC0E071F43D1835B9BA8EEC77DBA, test: true}]
routes: [{cards: [nurse], readers: [left], gadget: side-door, cost: 1}]
cells: [{kind: remote, reader: left, specs: ["card.*"], features: [card, test-card]}]
`

// Requirement: the Windows build of hil, as a service, joins a Linux hub as a
// leafnode with an identity of its own, has its gadget bring a card to its virtual
// reader, and finishes a cell there; the run's result says which host and system
// it was. Source: issue 7, point 8 and "Must show". Turned red by: a daemon that
// needs anything of Unix, a result that is not committed, or a service that says
// it runs and does not.
func TestJoinsFarm(t *testing.T) {
	var steps []step
	visit(t, "amd64", job{Kind: farmKind}, &steps, "--pcscd")
	reportSteps(t, steps)
}

// farmPrograms are those of the farm job: the hub and the planner of Linux, the
// host of Windows.
func farmPrograms(t *testing.T, arch string) []string {
	return []string{
		built(t, "linux", "amd64", "./emu/cmd/cardemu", "./hil/cmd/hil", "./conformance/cmd/conformance"),
		built(t, "windows", arch, "./hil/cmd/hil", "./conformance/cmd/conformance"),
	}
}

// farmed runs a hub, and a Windows host's service from its installation to its
// removal.
func farmed(ctx context.Context, _ job) (any, error) {
	var c cell
	defer c.close()
	if err := exec.CommandContext(ctx, "wineserver", "-p").Run(); err != nil {
		return nil, err
	}
	if err := errors.Join(os.WriteFile("/job/bench.yaml", []byte(benchFile), 0o600), identities(ctx)); err != nil {
		return nil, err
	}
	hub, err := c.hub(ctx)
	if err != nil {
		return nil, err
	}
	host := []string{"/job/hil.exe", "host", "install", "--hub", hub.Leaves, "--identity", "/job/win", "--name", "win", "--rig", "/job/bench.yaml", "--dir", "/job/host", "--state", "/job/state"}
	service := func(verb, word string) func() error {
		return func() error { return says(ctx, word, "/job/hil.exe", "host", verb) }
	}
	return life{
		{"the service is installed", func() error { return says(ctx, "is installed", host[0], host[1:]...) }},
		{"it starts", service("start", "runs")},
		{"it has a cell of the farm in its virtual reader", func() error { return submitted(ctx, hub) }},
		{"it stops", service("stop", "has stopped")},
		{"the hub knows that it is gone", func() error { return refused(ctx, hub) }},
		{"it is removed", service("uninstall", "is removed")},
		{"removed again is no error", service("uninstall", "was not installed")},
	}.steps(), nil
}

// hub is where a farm's hub listens.
type hub struct{ Clients, Leaves string }

// identities makes an authority, and one identity for each member.
func identities(ctx context.Context) error {
	for _, args := range [][]string{
		{"authority", "/job/authority"},
		{"issue", "--authority", "/job/authority", "--role", "hub", "--name", "hub", "--server", "127.0.0.1", "/job/hub"},
		{"issue", "--authority", "/job/authority", "--role", "host", "--name", "win", "/job/win"},
		{"issue", "--authority", "/job/authority", "--role", "planner", "--name", "me", "/job/me"},
	} {
		if out, err := exec.CommandContext(ctx, "/job/hil", append([]string{"identity"}, args...)...).CombinedOutput(); err != nil {
			return fmt.Errorf("hil identity %v: %w: %s", args, err, out)
		}
	}
	return nil
}

// hub starts the hub, and a card that lies beside the reader.
func (c *cell) hub(ctx context.Context) (at hub, err error) {
	p, err := c.program(ctx, "cardemu", "/job/cardemu", "run", "--series", "9", "--protocol", "T1", "--reader", "vpcd://127.0.0.1:35963", "--control", "127.0.0.1:9483")
	if err == nil {
		err = vpcd.Device{Control: "http://127.0.0.1:9483"}.Remove(ctx)
	}
	if err != nil {
		return at, err
	}
	if p, err = c.program(ctx, "hub", "/job/hil", "serve", "--identity", "/job/hub", "--dir", "/job/kept", "--clients", "127.0.0.1:0", "--leaves", "127.0.0.1:0"); err != nil {
		return at, err
	}
	return at, json.Unmarshal(p.Ready, &at)
}

// submit has the farm run the bench's cells where hosts are. The exit code says
// nothing here: such a run is no release.
func submit(ctx context.Context, at hub, id string) (out, said bytes.Buffer, err error) {
	cmd := exec.CommandContext(ctx, "/job/hil", "submit", "--hub", at.Clients, "--identity", "/job/me", "--id", id, "--rig", "/job/bench.yaml", "--out", "/job/out", "--json")
	cmd.Stdout, cmd.Stderr = &out, &said
	var code *exec.ExitError
	if err = cmd.Run(); errors.As(err, &code) {
		err = nil
	}
	return out, said, err
}

// submitted wants the cell to pass at the Windows host. That joins in its own
// time.
func submitted(ctx context.Context, at hub) error {
	ctx, stop := context.WithTimeout(ctx, 5*startTime)
	defer stop()
	out, said, err := submit(ctx, at, "run")
	for err == nil && strings.Contains(said.String(), "no host has joined") {
		out, said, err = submit(ctx, at, "run")
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, said.String())
	}
	var report result.Report
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || len(report.Cells) != 1 {
		return fmt.Errorf("no report of one cell (%w): %s", err, said.String())
	}
	found := report.Cells[0]
	if who := found.Identity; who == nil || who.Host != "win" || who.OS != "windows/amd64" || who.Card != "nurse" || found.ID != "series9-T1-remote-left" {
		return fmt.Errorf("%s ran as %+v", found.ID, who)
	}
	if line := "PASS  series9-T1-remote-left on win, attempt 1"; found.Verdict != result.Pass || !strings.Contains(said.String(), line) {
		return fmt.Errorf("%s: %s; wanted is %q in: %s", found.Verdict, found.Reason, line, said.String())
	}
	return passed(report)
}

// passed wants all of the plan to have passed, and something to be planned.
func passed(r result.Report) error {
	verdicts := map[string]result.Verdict{}
	for _, s := range r.Cells[0].Specs {
		verdicts[s.ID] = s.Verdict
	}
	if len(r.Plan.Cells) != 1 || len(r.Plan.Cells[0].Required) == 0 {
		return fmt.Errorf("the plan requires nothing: %+v", r.Plan)
	}
	for _, id := range r.Plan.Cells[0].Required {
		if verdicts[id] != result.Pass {
			return fmt.Errorf("%s is %q", id, verdicts[id])
		}
	}
	return nil
}

// refused wants the hub to have no host any more.
func refused(ctx context.Context, at hub) error {
	_, said, err := submit(ctx, at, "after")
	if err == nil && !strings.Contains(said.String(), "no host has joined") {
		err = errors.New("it was not refused")
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, said.String())
	}
	return nil
}

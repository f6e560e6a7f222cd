package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	wrong "github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Requirement: for every way a card can be wrong it is written down what the
// agent owes the person, and the agent delivers exactly that; no passcode try
// is lost beyond what is stated. Source: emu/fault, Info.Owes; PROTOCOL.md §9.
// Turned red by: a fault without a debt, a status that names another cause, a
// VERIFY too many.
func TestAgentDeliversWhatItOwes(t *testing.T) {
	for _, file := range cells() {
		if len(file.Missing([]target.Feature{target.Agent, target.Person})) > 0 {
			continue // a cell of a card alone signs nobody in
		}
		t.Run(file.Cell, func(t *testing.T) {
			t.Parallel()
			cell := open(t, file)
			for _, f := range emu.Faults() {
				if f.Bench || !f.Applies(string(target.Application(file.Series)), file.Protocol) {
					continue
				}
				if err := delivers(t.Context(), cell, f); err != nil {
					t.Errorf("%s: %v", f.ID, err)
				}
			}
		})
	}
}

// counter is a bench that sees the passcode's counter without asking the card.
type counter interface{ TriesLeft() int }

// delivers signs in with a faulty card, as often with a wrong passcode first as
// the fault says, and compares status and counter. A person who is asked once
// more than expected gives up.
func delivers(ctx context.Context, t *target.Target, f fault.Info) error {
	if f.Owes.Status == "" || f.Owes.Text == "" {
		return errors.New("nobody says what the agent owes")
	}
	defer func() { _ = t.Rig.Restore(ctx) }()
	if err := t.Rig.Fault(ctx, f.ID); err != nil {
		return err
	}
	if err := t.Person.Will(ctx, script(t.Passcode, f.Owes.Wrong)...); err != nil {
		return err
	}
	before := t.Rig.(counter).TriesLeft()
	status := "OK"
	err := t.Hurried(ctx, func(t *target.Target) error {
		_, _, err := journey.SignIn(ctx, t, browser.JSON, journey.Options{})
		var named journey.Status
		if errors.As(err, &named) {
			status, err = named.String(), nil
		}
		return err
	})
	lost := max(0, before-t.Rig.(counter).TriesLeft())
	if want := f.Owes.On(string(target.Application(t.Series)), t.Protocol); err != nil || status != want || lost != f.Owes.Lost {
		return errors.Join(err, fmt.Errorf("the agent says %s and %d tries are lost, it owes %s and %d: %s", status, lost, want, f.Owes.Lost, f.Owes.Text))
	}
	return nil
}

// script types so many wrong passcodes, then the right one, then cancels.
func script(passcode string, wrong int) []target.Answer {
	var out []target.Answer
	for range wrong {
		out = append(out, target.Answer{Passcode: strings.Repeat("0", len(passcode))})
	}
	return append(out, target.Answer{Passcode: passcode}, target.Answer{Cancel: true})
}

// Requirement: every way a card can be wrong turns at least one spec red; a
// fault that no spec names is one nobody would notice. Source: design §6.
// Turned red by: a fault without a spec whose Proof it is.
func TestEveryFaultIsNoticed(t *testing.T) {
	noticed := map[string]bool{}
	for _, c := range catalogue.All() {
		noticed[fault.Base(c.Proof)] = true
	}
	for _, f := range emu.Faults() {
		if !f.Bench && !noticed[f.ID] {
			t.Errorf("%s: no spec has it for its proof", f.ID)
		}
	}
}

// Requirement: every fault that changes what goes over the wire, or that shows
// beyond CIS2 only, turns a spec of the provider red: mockcis2 has no other test
// for it. Source: design §6.
// Turned red by: such a fault without a spec whose Proof it is.
func TestEveryProviderFaultIsNoticed(t *testing.T) {
	noticed := map[string]bool{}
	for _, c := range catalogue.All() {
		noticed[fault.Base(c.Proof)] = true
	}
	for _, f := range wrong.All {
		if (f.OnWire() || f.Mode != "") && !noticed[f.ID] {
			t.Errorf("%s: no spec has it for its proof", f.ID)
		}
	}
}

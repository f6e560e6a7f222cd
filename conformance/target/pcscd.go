package target

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	raw "github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
)

// openPCSCD connects to what runs already: built programs around a private
// pcscd, or things that are not ours. What the file does not name is not there.
// Faults of such a cell are switched on by whoever built it.
func (t *Target) openPCSCD(context.Context) error {
	if t.Reader != "" {
		system := pcsc.New()
		t.PCSC = raw.System()
		t.Connect = t.traced(func(ctx context.Context) (reader.Card, error) { return connect(ctx, system, t.Reader) })
	}
	if t.File.Bench != "" {
		rig := &remoteRig{side: sideDoor{t.File.Bench}, faults: t.Faults, wait: t.waitForCard}
		t.Rig = rig
		if t.Daemon != "" {
			rig.service = &remoteService{side: sideDoor{t.Daemon}, reader: t.Reader, wait: t.waitForCard}
			t.Service = rig.service
		}
	}
	if t.File.Recorder != "" {
		t.Recorder = &Recorder{sideDoor{t.File.Recorder}}
	}
	if t.Control != "" {
		t.Side = &remoteSide{side: sideDoor{t.Control}, faults: t.Faults}
	}
	if t.Script != "" {
		t.Person = &scriptFile{script: t.Script, shown: t.Shown}
	}
	if program := t.Programs["smartcard-connect"]; program != "" && t.Opened != "" {
		t.OpenURI = openByProgram(program, t.Settings, t.Opened)
	}
	return nil
}

// traced keeps what is said through the cards that open powers.
func (t *Target) traced(open func(context.Context) (reader.Card, error)) func(context.Context) (reader.Card, error) {
	return func(ctx context.Context) (reader.Card, error) {
		c, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return traced{c, t.Trace}, nil
	}
}

// connect waits for the card for a moment: a virtual reader polls, and sees a
// card put in only some tenths of a second later.
func connect(ctx context.Context, system reader.System, name string) (reader.Card, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	known, err := system.Readers(ctx)
	for err == nil {
		c, failed := system.Connect(ctx, name)
		if failed == nil || !errors.Is(failed, reader.ErrNoCard) {
			return c, failed
		}
		if known, err = system.Wait(ctx, known); err != nil {
			return nil, failed
		}
	}
	return nil, err
}

// waitForCard returns when the reader under test holds a card, or does not.
func (t *Target) waitForCard(ctx context.Context, present bool) error {
	if t.Reader == "" {
		return nil
	}
	system := pcsc.New()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	states, err := system.Readers(ctx)
	for err == nil {
		for _, s := range states {
			if s.Name == t.Reader && s.Present == present {
				return nil
			}
		}
		states, err = system.Wait(ctx, states)
	}
	return fmt.Errorf("the reader %q did not reach card present=%t: %w", t.Reader, present, err)
}

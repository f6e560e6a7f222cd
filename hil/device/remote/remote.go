// Package remote brings cards from a bank to readers by a switch that is reached
// over the network, as banks of SIM cards do. Switch is what such a thing can do;
// HTTP speaks our own protocol to one (PROTOCOL.md), and Remsim that of
// Osmocom's remsim-server.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

// ErrSwitch is wrapped when the switch did not do it, or cannot be reached.
var ErrSwitch = errors.New("the card switch did not do it")

// Phase is how far a reader is.
type Phase string

// Phases.
const (
	Empty     Phase = "empty"
	Switching Phase = "switching"
	Active    Phase = "active"
	Failed    Phase = "failed"
)

// State is what a switch says about one reader.
type State struct {
	Reader string `json:"reader"`
	Phase  Phase  `json:"phase"`
	Card   string `json:"card"`
	Why    string `json:"why,omitempty"` // it failed
}

// Switch connects cards to readers, both by its own names. Bring and Take start
// and may return before it is done; saying them again changes nothing. Errors
// wrap ErrSwitch or the context's.
type Switch interface {
	Bring(ctx context.Context, card, reader string) error
	Take(ctx context.Context, reader string) error
	Look(ctx context.Context, reader string) (State, error)
}

// Settings are those of a bench file. Card and Reader are often a route's.
type Settings struct {
	URL       string        `yaml:"url"`
	Adapter   string        `yaml:"adapter"` // hil or remsim; empty is hil
	Card      string        `yaml:"card"`    // the place in the bank
	Reader    string        `yaml:"reader"`  // the outlet
	TokenFile string        `yaml:"token_file"`
	Patience  time.Duration `yaml:"patience"` // how long switching may take; 0 is 30 s
}

var (
	name = regexp.MustCompile(`^[A-Za-z0-9_:-]{1,64}$`)
	slot = regexp.MustCompile(`^[0-9]{1,4}:[0-9]{1,4}$`)
)

// Check finds what cannot be meant.
func (s Settings) Check() error {
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return fmt.Errorf("url %q is not like https://bank.example:8443", s.URL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("url: no passwords, queries or fragments; a secret goes into token_file")
	case s.Adapter != "" && s.Adapter != "hil" && s.Adapter != "remsim":
		return fmt.Errorf("adapter %q is neither hil nor remsim", s.Adapter)
	}
	for what, x := range map[string]string{"card": s.Card, "reader": s.Reader} {
		if x != "" && !name.MatchString(x) {
			return fmt.Errorf("%s %q is no name: letters, digits, hyphens, colons", what, x)
		}
		if x != "" && s.Adapter == "remsim" && !slot.MatchString(x) {
			return fmt.Errorf("%s %q is not like 1:17, bank or client and slot", what, x)
		}
	}
	return nil
}

// Switch is the one that the settings name.
func (s Settings) Switch(client *http.Client) Switch {
	h := HTTP{URL: s.URL, TokenFile: s.TokenFile, Client: client}
	if s.Adapter == "remsim" {
		return Remsim{h}
	}
	return h
}

// Device is one card of a bank and one reader.
type Device struct {
	Switch       Switch
	Card, Reader string        // as the switch names them
	Patience     time.Duration // 0 is 30 s
	Poll         time.Duration // 0 is 200 ms
}

var _ device.Device = Device{}

// Insert brings the card and waits until it is there.
func (d Device) Insert(ctx context.Context) error {
	if d.Card == "" || d.Reader == "" {
		return fmt.Errorf("%w: the route's settings name neither card nor reader of the bank", device.ErrUnsupported)
	}
	if err := d.Switch.Bring(ctx, d.Card, d.Reader); err != nil {
		return err
	}
	return d.await(ctx, State{Reader: d.Reader, Phase: Active, Card: d.Card})
}

// Remove takes whatever is there away.
func (d Device) Remove(ctx context.Context) error {
	if d.Reader == "" {
		return fmt.Errorf("%w: the settings name no reader of the bank", device.ErrUnsupported)
	}
	if err := d.Switch.Take(ctx, d.Reader); err != nil {
		return err
	}
	return d.await(ctx, State{Reader: d.Reader, Phase: Empty})
}

// PowerOn cannot be done: a bank has cards and no readers.
func (Device) PowerOn(context.Context) error { return cannot("give a reader power") }

// PowerOff cannot be done likewise.
func (Device) PowerOff(context.Context) error { return cannot("take a reader's power") }

// Press cannot be done either.
func (Device) Press(context.Context, string) error { return cannot("press a key") }

func cannot(what string) error {
	return fmt.Errorf("%w: a card bank cannot %s; name another gadget for that", device.ErrUnsupported, what)
}

// await asks until the reader is as wanted.
func (d Device) await(ctx context.Context, want State) error {
	patience, poll := d.Patience, d.Poll
	if patience == 0 {
		patience = 30 * time.Second
	}
	if poll == 0 {
		poll = 200 * time.Millisecond
	}
	over := time.NewTimer(patience)
	defer over.Stop()
	for {
		now, err := d.Switch.Look(ctx, d.Reader)
		switch {
		case err != nil:
			return err
		case now.Phase == want.Phase && now.Card == want.Card:
			return nil
		case now.Phase == Failed:
			return fmt.Errorf("%w: reader %s: %s", ErrSwitch, d.Reader, now.Why)
		case now.Phase != Switching:
			return fmt.Errorf("%w: reader %s is %s %s, though %s %s was asked for: does another program use the bank?", ErrSwitch, d.Reader, now.Phase, now.Card, want.Phase, want.Card)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return fmt.Errorf("%w: reader %s is still on its way to %s %s", ErrSwitch, d.Reader, want.Phase, want.Card)
		case <-time.After(poll):
		}
	}
}

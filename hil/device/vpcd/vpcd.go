// Package vpcd moves an emulated card in a virtual reader through the side door
// of the program that runs it.
package vpcd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

var _ device.Device = Device{}

// patience is for one call of the side door, which waits for the reader.
const patience = 10 * time.Second

// Settings are those of a bench file, often a route's: each card has its own.
type Settings struct {
	Control string `yaml:"control"` // URL of the side door
}

// Check finds what cannot be meant.
func (s Settings) Check() error {
	if u, err := url.Parse(s.Control); err != nil || u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("control %q is not like http://127.0.0.1:35970, the side door of the card's program", s.Control)
	}
	return nil
}

// Device is one emulated card.
type Device struct {
	Control string       // URL of the side door
	Client  *http.Client // nil is the default
}

// State is what the card's program says about it.
type State struct {
	Present   bool     `json:"present"`
	Series    string   `json:"series"`
	Protocol  string   `json:"protocol"`
	ATR       string   `json:"atr"`
	TriesLeft int      `json:"tries_left"`
	Faults    []string `json:"faults"`
}

// Insert plugs the card in.
func (d Device) Insert(ctx context.Context) error { return d.do(ctx, "POST", "/insert", nil, nil) }

// Remove unplugs it.
func (d Device) Remove(ctx context.Context) error { return d.do(ctx, "POST", "/remove", nil, nil) }

// PowerOn cannot be done: the reader is made of software.
func (d Device) PowerOn(context.Context) error { return d.cannot("be given power") }

// PowerOff cannot be done likewise.
func (d Device) PowerOff(context.Context) error { return d.cannot("lose its power") }

// Press cannot be done: it has no keypad.
func (d Device) Press(context.Context, string) error { return d.cannot("press a key") }

func (d Device) cannot(what string) error {
	return fmt.Errorf("%w: a virtual reader cannot %s", device.ErrUnsupported, what)
}

// Restore makes the card as it was personalised, tries included.
func (d Device) Restore(ctx context.Context) error { return d.do(ctx, "POST", "/reset", nil, nil) }

// Inject switches a fault on, by its ID.
func (d Device) Inject(ctx context.Context, id string) error {
	return d.do(ctx, "POST", "/faults", map[string]string{"id": id}, nil)
}

// Heal switches all faults off.
func (d Device) Heal(ctx context.Context) error { return d.do(ctx, "DELETE", "/faults", nil, nil) }

// State asks how the card is.
func (d Device) State(ctx context.Context) (State, error) {
	var s State
	return s, d.do(ctx, "GET", "/state", nil, &s)
}

// do makes one call. What the other side says about a failure is kept.
func (d Device) do(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, d.Control+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := d.client().Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, bytes.TrimSpace(answer))
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

func (d Device) client() *http.Client {
	if d.Client == nil {
		return http.DefaultClient
	}
	return d.Client
}

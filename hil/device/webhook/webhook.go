// Package webhook moves cards and presses keys by HTTP, and lets other tools do
// so with the gadgets of this bench.
//
// The client knows three styles:
//
//   - "pico": the Raspberry Pi Pico of Yubico's device tests.
//     POST URL/usb{port}/power/on, /power/off, /touch/on, /touch/off.
//   - "fido": the test automation of the FIDO Alliance's conformance tools.
//     POST URL/conformance/userpresence and /conformance/powercycle; the answer
//     comes when it is done.
//   - "plain": our own, for a script of yours. POST URL/insert, /remove,
//     /power/on, /power/off, /press/{key}, with {"card": …, "reader": …}.
//
// Every answer of 2xx is done, and every other one is not. The server half is
// Actuator.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

// ErrHook is wrapped when the other side did not do it, or cannot be reached.
var ErrHook = errors.New("the hook did not do it")

// Settings are those of a bench file. Port is often a route's.
type Settings struct {
	URL       string        `yaml:"url"`
	Style     string        `yaml:"style"`      // pico, fido or plain; empty is plain
	Port      int           `yaml:"port"`       // pico: the number of the USB port
	Method    string        `yaml:"method"`     // empty is POST; some Pico programs want GET
	TokenFile string        `yaml:"token_file"` // its first line is sent as bearer token
	Hold      time.Duration `yaml:"hold"`       // pico: how long a touch lasts; 0 is 500 ms
	Patience  time.Duration `yaml:"patience"`   // 0 is a minute
}

// Check finds what cannot be meant.
func (s Settings) Check() error {
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return fmt.Errorf("url %q is not like http://127.0.0.1:3000", s.URL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("url: no passwords, queries or fragments; a secret goes into token_file")
	case s.Style != "" && s.Style != "plain" && s.Style != "pico" && s.Style != "fido":
		return fmt.Errorf("style %q is none of pico, fido, plain", s.Style)
	case s.Method != "" && s.Method != http.MethodPost && s.Method != http.MethodGet:
		return fmt.Errorf("method %q is neither POST nor GET", s.Method)
	case s.Port < 0:
		return fmt.Errorf("port %d is none", s.Port)
	}
	return nil
}

// Device is one card and one reader at the other side.
type Device struct {
	Settings
	Card, Reader string
	Client       *http.Client // nil is the default
}

var (
	_ device.Device = Device{}
	_ device.Cycler = Device{}
)

// Insert puts the card in, where the style can.
func (d Device) Insert(ctx context.Context) error { return d.plain(ctx, "/insert", "move cards") }

// Remove takes it out, where the style can.
func (d Device) Remove(ctx context.Context) error { return d.plain(ctx, "/remove", "move cards") }

// PowerOn gives the reader power.
func (d Device) PowerOn(ctx context.Context) error {
	if d.Style == "pico" {
		return d.post(ctx, d.usb("/power/on"))
	}
	return d.plain(ctx, "/power/on", "leave the power on; it can cycle it")
}

// PowerOff takes it away.
func (d Device) PowerOff(ctx context.Context) error {
	if d.Style == "pico" {
		return d.post(ctx, d.usb("/power/off"))
	}
	return d.plain(ctx, "/power/off", "leave the power off; it can cycle it")
}

// Cycle takes the power away and gives it back: one request of style fido.
func (d Device) Cycle(ctx context.Context) error {
	if d.Style == "fido" {
		return d.post(ctx, "/conformance/powercycle")
	}
	if err := d.PowerOff(ctx); err != nil {
		return err
	}
	return d.PowerOn(ctx)
}

// Press presses a key. The key of an authenticator is device.Touch, and styles
// pico and fido know no other. A touch is always let go.
func (d Device) Press(ctx context.Context, key string) (err error) {
	if key == "" || strings.ContainsAny(key, "/?#%\\.") {
		return fmt.Errorf("%w: key %q is none", device.ErrUnsupported, key)
	}
	if key != device.Touch {
		return d.plain(ctx, "/press/"+key, "press "+key+"; it can "+device.Touch)
	}
	switch d.Style {
	case "fido":
		return d.post(ctx, "/conformance/userpresence")
	case "pico":
		defer func() { err = errors.Join(err, d.post(context.WithoutCancel(ctx), d.usb("/touch/off"))) }()
		if err := d.post(ctx, d.usb("/touch/on")); err != nil {
			return err
		}
		return hold(ctx, d.Hold)
	}
	return d.post(ctx, "/press/"+key)
}

func hold(ctx context.Context, how time.Duration) error {
	if how == 0 {
		how = 500 * time.Millisecond
	}
	t := time.NewTimer(how)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d Device) usb(path string) string { return fmt.Sprintf("/usb%d%s", d.Port, path) }

// plain is a request that only style plain has.
func (d Device) plain(ctx context.Context, path, what string) error {
	if d.Style != "" && d.Style != "plain" {
		return fmt.Errorf("%w: a hook of style %s cannot %s", device.ErrUnsupported, d.Style, what)
	}
	return d.post(ctx, path)
}

// post asks and waits. What the other side says about a failure is kept.
func (d Device) post(ctx context.Context, path string) error {
	patience := d.Patience
	if patience == 0 {
		patience = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := json.Marshal(map[string]string{"card": d.Card, "reader": d.Reader})
	if err != nil {
		return err
	}
	method := d.Method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(d.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if err := d.authorise(req); err != nil {
		return err
	}
	resp, err := d.client().Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrHook, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(answer))
	}
	if err != nil {
		return fmt.Errorf("%w: %s %s: %w", ErrHook, method, path, err)
	}
	return nil
}

func (d Device) authorise(req *http.Request) error {
	if d.TokenFile == "" {
		return nil
	}
	raw, err := os.ReadFile(d.TokenFile)
	if err != nil {
		return fmt.Errorf("%w: its token: %w", ErrHook, err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(line))
	return nil
}

// client follows no redirects: a moved hook would turn POST into GET, and carry
// the token elsewhere.
func (d Device) client() *http.Client {
	c := http.Client{}
	if d.Client != nil {
		c = *d.Client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

//go:build linux && cgo

package desktop_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/leak"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
)

// Addresses of the cell, which has a loopback of its own.
const (
	reader    = "Virtual PCD 00 00"
	slot      = "127.0.0.1:35963"
	front     = "127.0.0.1:9480" // what the agent believes to be the provider
	agentPort = 43485
)

// cell is everything around one agent: pcscd, a card, and a provider behind a
// wire that is tapped.
type cell struct {
	*bench.Bench
	t      testing.TB
	card   *emu.Card
	target *target.Target
	unplug func() // takes the card out
	wire   *leak.Wire
}

// setup starts all but the agent. The card's passcode occurs nowhere else.
func setup(t testing.TB, series, passcode string, env ...string) *cell {
	t.Helper()
	dir := t.TempDir()
	env = append(env, "PATH="+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "LANG=C.UTF-8")
	c := &cell{t: t, Bench: &bench.Bench{Options: bench.Options{Dir: dir, Programs: bench.Programs{Bin: programs}, Env: env}}}
	t.Cleanup(c.Close)
	t.Cleanup(func() { c.logs() })
	if err := c.StartDaemon(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.plug(series, passcode)
	c.provider()
	return c
}

func (c *cell) plug(series, passcode string) {
	c.t.Helper()
	var err error
	if c.card, err = emu.New(emu.Options{Profile: "series" + series, Passcode: []byte(passcode)}); err != nil {
		c.t.Fatal(err)
	}
	c.insert()
	if err := c.AwaitCard(c.t.Context(), reader); err != nil {
		c.t.Fatal(err)
	}
}

// remove takes the card out and waits until pcscd, which polls, has seen it.
func (c *cell) remove() {
	c.t.Helper()
	c.unplug()
	for range 100 {
		list, err := pcscd.Readers(c.t.Context(), pcscd.Socket)
		if err == nil && !slices.ContainsFunc(list, func(r pcscd.Reader) bool { return r.Present }) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Fatal("pcscd still sees the card")
}

// insert puts the card in, until the test ends.
func (c *cell) insert() {
	ctx, unplug := context.WithCancel(c.t.Context())
	c.unplug = unplug
	c.card.Insert()
	go func() { _ = (&vpcd.Client{Address: slot, Card: c.card}).Run(ctx) }()
}

// provider starts the identity service and the tap in front of it.
func (c *cell) provider() {
	c.t.Helper()
	s, w, err := leak.Provider(front)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _, _ = s.Close(), w.Close() })
	c.Issuer, c.wire = s.Issuer(), w
	c.target = &target.Target{Now: time.Now, File: target.File{Issuer: c.Issuer, Agent: agentPort, Clients: []target.Client{
		{ID: "999999999901.apps.national", Secret: "conformance-secret", Method: "client_secret_post", RedirectURI: "http://127.0.0.1/callback"},
	}}}
}

// agent starts port service and agent.
func (c *cell) agent(o bench.AgentOptions) {
	c.t.Helper()
	if err := c.StartAgent(c.t.Context(), o); err != nil {
		c.t.Fatal(err)
	}
}

// scripted is a person at a pinentry who always types this.
func (c *cell) scripted(passcode string) bench.AgentOptions {
	script := filepath.Join(c.Dir, "script.json")
	if err := os.WriteFile(script, []byte(`{"answers":[{"passcode":"`+passcode+`"}]}`), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return bench.AgentOptions{Prompter: "pinentry", Pinentry: []string{filepath.Join(programs, "scripted-pinentry"), "--script", script}}
}

// signIn goes from an application to the agent and back.
func (c *cell) signIn(ctx context.Context) { c.signInBy(ctx, byChannel(browser.JSON)) }

// signInBy is signIn with another way to hand over. It returns the ticket.
func (c *cell) signInBy(ctx context.Context, hand way) string {
	c.t.Helper()
	j, err := journey.Start(ctx, c.target, journey.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	reply, err := hand(ctx, c, j)
	if err == nil && reply.StatusCode != 0 {
		err = journey.Status(reply.StatusCode)
	}
	var holder string
	if err == nil {
		s, back := j.Return(ctx, reply.Ticket)
		if err = back; err == nil {
			holder = s.ID.Subject
		}
	}
	if err != nil {
		c.t.Fatal(err)
	}
	if holder != c.card.Holder().UUID {
		c.t.Fatalf("%s is signed in, the card is %s's", holder, c.card.Holder().UUID)
	}
	return reply.Ticket
}

// logs shows what the programs wrote, after a failure.
func (c *cell) logs() {
	if !c.t.Failed() {
		return
	}
	files, _ := filepath.Glob(filepath.Join(c.Dir, "*.log"))
	for _, f := range files {
		raw, _ := os.ReadFile(f)
		c.t.Logf("== %s\n%s", filepath.Base(f), raw[max(0, len(raw)-3000):])
	}
}

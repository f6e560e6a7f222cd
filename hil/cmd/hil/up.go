package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/demo"
	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
	"github.com/smartcard-connect/smartcard-connect/hil/forward"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// upCommand is a developer's desk: all parts, to be clicked through by hand.
type upCommand struct {
	where
	Series   string   `default:"9" enum:"${series}" help:"Which card is in the reader: ${enum}. The other lies beside it."`
	Protocol string   `default:"T1" enum:"T0,T1" help:"What the cards speak: ${enum}."`
	Holder   string   `placeholder:"UUID" help:"Whose cards, as listed by 'mockcis2 people'. Default: a holder for each card."`
	Handover []string `placeholder:"CHANNEL" help:"How the login page reaches the agent: hub, json, form or uri, in this order. Default: all four."`
	Prompter string   `default:"auto" enum:"auto,gtk,pinentry,terminal" help:"How the agent asks for the passcode: ${enum}."`
	Dir      string   `hidden:"" help:"Where the inner half works; set by the outer one."`
}

// Run is the outer half without Dir and the inner one with it.
func (c upCommand) Run(w world) error {
	if c.Dir != "" {
		return c.inner(w)
	}
	dir, err := os.MkdirTemp("", "hil-up-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, port := range c.ports() {
		if err := forward.Outside(ctx, port, c.socket(dir)); err != nil {
			_, _ = fmt.Fprintf(w.stderr, "hil: your browser will not reach port %d: %v\n", port, err)
		}
	}
	args := []string{"up", "--dir", dir, "--bin", c.programs(w).Bin, "--series", c.Series, "--protocol", c.Protocol, "--prompter", c.Prompter}
	if c.Holder != "" {
		args = append(args, "--holder", c.Holder)
	}
	for _, channel := range c.Handover {
		args = append(args, "--handover", channel)
	}
	return insideHere(w, args)
}

// ports are those that are reached from outside: by the browser, and by the
// commands that move cards and switch faults.
func (upCommand) ports() []int {
	ports := append(bench.BrowserPorts(), bench.SidePort)
	for slot := range deskSlots {
		ports = append(ports, bench.CardPort+slot)
	}
	return ports
}

func (upCommand) socket(dir string) string { return filepath.Join(dir, "ports") }

// deskSlots is how many slots the virtual reader has.
const deskSlots = 2

// inSlots says which card is in which slot: the chosen one, and the first other
// series beside it.
func (c upCommand) inSlots() []string {
	others := slices.DeleteFunc(series(), func(s string) bool { return s == c.Series })
	return append([]string{c.Series}, others[:deskSlots-1]...)
}

// inner builds the desk and waits for Ctrl-C.
func (c upCommand) inner(w world) error {
	if err := namespace.Setup(died, c.keep(w)...); err != nil {
		return err
	}
	b := &bench.Bench{Options: bench.Options{Dir: c.Dir, Programs: c.programs(w), Handover: c.Handover, Env: without(w.env, "PCSCLITE_CSOCK_NAME")}}
	defer b.Close()
	if err := c.build(w.ctx, b); err != nil {
		return err
	}
	if err := serveDemo(w.ctx, b.Issuer); err != nil {
		return err
	}
	if err := forward.Inside(w.ctx, c.socket(c.Dir), c.ports()); err != nil {
		return err
	}
	c.welcome(w, b)
	<-w.ctx.Done()
	_, _ = fmt.Fprintln(w.stdout, "\nPutting everything away.")
	return exit(result.ExitPass)
}

// keep is what a desktop's pinentry needs of /run.
func (upCommand) keep(w world) []string {
	if dir, ok := lookup(w.env, "XDG_RUNTIME_DIR"); ok && strings.HasPrefix(dir, "/run/") {
		return []string{dir}
	}
	return nil
}

// build starts everything; only the chosen card is left in its reader.
func (c upCommand) build(ctx context.Context, b *bench.Bench) error {
	if err := b.StartDaemon(ctx); err != nil {
		return err
	}
	protocol, err := iso7816.ParseProtocol(c.Protocol)
	if err != nil {
		return err
	}
	for slot, series := range c.inSlots() {
		place := cell.Cell{Kind: rig.PCSCD, Card: rig.Card{Series: series, Protocol: protocol, Holder: c.Holder}}
		if err := b.PutCard(ctx, place, slot, ""); err != nil {
			return err
		}
		if series != c.Series {
			if err := (vpcd.Device{Control: b.Cards[slot].Control}).Remove(ctx); err != nil {
				return err
			}
		}
	}
	if err := b.StartProvider(ctx); err != nil {
		return err
	}
	return b.StartAgent(ctx, bench.AgentOptions{Prompter: c.Prompter, Terminal: true})
}

// serveDemo serves the demo application until ctx ends.
func serveDemo(ctx context.Context, issuer string) error {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(bench.DemoPort))
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	application := &demo.Application{
		Name: "Toy Records", Issuer: issuer, URL: "http://" + address,
		ClientID: "999999999901.apps.national", ClientSecret: "conformance-secret",
	}
	server := &http.Server{Handler: application.Handler(), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			_, _ = fmt.Fprintln(os.Stderr, "hil: the demo application ended:", err)
		}
	}()
	return nil
}

const welcome = `
  Open in your browser   http://127.0.0.1:%d/
  Identity service       %s
  its side door          %s
  In the reader          the series %s card; the other one lies beside it
  Passcode               123456   (PUK 12345678; these are test cards)

  From another terminal:
    %[5]s remove --series %[4]s        take the card out
    %[5]s insert --series %[6]s        put the other one in
    %[5]s fault card.wrong-signature   make something wrong; '%[5]s faults' lists what
    %[5]s fault --off                  make all well again
    %[5]s devices                      see cards and readers

  Passcode forms appear on your desktop, or in this terminal where there is none.
  Ctrl-C ends it all and leaves nothing behind.
`

func (c upCommand) welcome(w world, b *bench.Bench) {
	_, _ = fmt.Fprintf(w.stdout, welcome, bench.DemoPort, b.Issuer, b.Control, c.Series, w.self, c.inSlots()[1])
}

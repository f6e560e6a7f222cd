package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/drawer"
	"github.com/smartcard-connect/smartcard-connect/emu/icam"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
)

// errUsage is wrapped by errors about the command line.
var errUsage = errors.New("wrong use")

// runCommand puts a card in a reader.
type runCommand struct {
	which
	Reader  string   `default:"vpcd://127.0.0.1:35963" help:"The virtual reader's slot."`
	Holder  string   `placeholder:"UUID" help:"Whose card: one of the test holders. Default: the one that the profile names."`
	Image   string   `type:"path" placeholder:"FILE" help:"The card of this image, as it was left; made from the other flags if it is not there."`
	ICAM    string   `name:"icam" type:"path" placeholder:"DIR" help:"A PIV card with the objects and keys of this card folder of the GSA's ICAM test cards."`
	Fault   []string `sep:"none" placeholder:"ID" help:"Something to be wrong, as listed by 'cardemu faults', such as card.removed-at:n=7. May be repeated."`
	Timing  string   `placeholder:"ID" help:"As slow as a real card of this kind, as listed by 'cardemu timings'. Default: as fast as it can."`
	Control string   `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where to listen for control, on loopback. Port 0 is any free one."`
	Trace   string   `type:"path" placeholder:"FILE" help:"Append every exchange to FILE as a line of JSON, passcodes blanked."`
	Verbose bool     `short:"v" help:"Say more on standard error."`
}

// Run keeps the card in the reader until interrupted.
func (c runCommand) Run(w world) error {
	address, err := vpcd.ParseURL(c.Reader)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	log := logTo(w.stderr, c.Verbose)
	d := drawer.New(log, 0)
	options, err := c.card(log)
	if err != nil {
		return err
	}
	heard := d.Listen(onlyCard)
	if c.Trace != "" {
		f, err := os.OpenFile(c.Trace, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		heard = both(heard, writeTrace(f, log))
	}
	options.OnMessage = heard
	card, err := c.take(options)
	if err != nil {
		return err
	}
	defer card.Close()
	listener, err := listenLoopback(c.Control)
	if err != nil {
		return err
	}
	ready := sync.OnceFunc(func() { announce(w, listener) })
	if err := d.AddCard(onlyCard, "", card); err != nil {
		return err
	}
	d.AddReader(address, ready)
	door := drawer.Door{Drawer: d, Single: &drawer.Single{Drawer: d, ID: onlyCard}}
	return serve(w, listener, door, func() (func(), error) { return func() {}, d.Insert(onlyCard, 0) })
}

// onlyCard is the card of run in its drawer.
const onlyCard = "card"

// announce is the line that tells a bench where the door is.
func announce(w world, l net.Listener) {
	_ = json.NewEncoder(w.stdout).Encode(map[string]any{"ready": true, "control": "http://" + l.Addr().String()})
}

// serve answers the door until the end; it begins with first and ends with last.
func serve(w world, listener net.Listener, door drawer.Door, first func() (last func(), err error)) error {
	server := &http.Server{Handler: door.Handler(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	last, err := first()
	defer last()
	if err == nil {
		select {
		case <-w.ctx.Done():
		case err = <-failed:
		}
	}
	_ = server.Close()
	return errors.Join(err, door.Drawer.Close())
}

// card turns the flags into options.
func (c runCommand) card(log *slog.Logger) (emu.Options, error) {
	options, err := c.options()
	if err != nil {
		return options, err
	}
	options.Faults, options.Timing, options.Log = c.Fault, c.Timing, log
	if c.ICAM != "" {
		card, err := icam.Read(os.DirFS(c.ICAM))
		if err != nil {
			return options, fmt.Errorf("%w: %s: %w", errUsage, c.ICAM, err)
		}
		options.Content = &emu.Content{Objects: card.Objects, Keys: card.Keys}
	}
	if c.Holder == "" {
		return options, nil
	}
	var have []string
	for _, h := range testpki.Holders() {
		if h.UUID == c.Holder {
			id := testpki.Issue(h, time.Now())
			options.Identity = &id
			return options, nil
		}
		have = append(have, h.UUID)
	}
	return options, fmt.Errorf("%w: no test holder %s, only %s", errUsage, c.Holder, strings.Join(have, ", "))
}

// take is the card of the image, made if it is not there, or one in memory.
func (c runCommand) take(o emu.Options) (card *emu.Card, err error) {
	switch {
	case c.Image == "":
		card, err = emu.New(o)
	default:
		if card, err = emu.Open(c.Image, o); errors.Is(err, fs.ErrNotExist) {
			card, err = emu.Make(c.Image, o)
		}
	}
	if errors.Is(err, emu.ErrOptions) {
		err = fmt.Errorf("%w: %w", errUsage, err)
	}
	return card, err
}

func logTo(out io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
}

func both(a, b func(emu.Exchange)) func(emu.Exchange) {
	return func(e emu.Exchange) { a(e); b(e) }
}

func writeTrace(out io.Writer, log *slog.Logger) func(emu.Exchange) {
	e := json.NewEncoder(out)
	return func(x emu.Exchange) {
		if err := e.Encode(x); err != nil {
			log.Warn("trace not written", "error", err)
		}
	}
}

// listenLoopback refuses addresses that other machines could reach.
func listenLoopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w: control address: %w", errUsage, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%w: the control door opens on loopback only, such as 127.0.0.1:0, not on %q", errUsage, host)
	}
	return net.Listen("tcp", address)
}

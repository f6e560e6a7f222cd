package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
)

// errUsage is wrapped by errors about the command line.
var errUsage = errors.New("wrong use")

// which are the flags that choose a card.
type which struct {
	Series   string `default:"9" enum:"8,9" help:"Which card: ${enum}."`
	Protocol string `default:"T1" enum:"T0,T1" help:"What it speaks: ${enum}."`
}

func (w which) options() (emu.Options, error) {
	p, err := iso7816.ParseProtocol(w.Protocol)
	return emu.Options{Profile: "series" + w.Series, Protocol: p}, err
}

// runCommand puts a card in a reader.
type runCommand struct {
	which
	Reader  string   `default:"vpcd://127.0.0.1:35963" help:"The virtual reader's slot."`
	Holder  string   `placeholder:"UUID" help:"Whose card: one of the test holders. Default: the first for series 8, the second for series 9."`
	Fault   []string `sep:"none" placeholder:"ID" help:"Something to be wrong, as listed by 'cardemu faults', such as card.removed-at:n=7. May be repeated."`
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
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(w.stderr, &slog.HandlerOptions{Level: level}))
	options, err := c.card(log)
	if err != nil {
		return err
	}
	if c.Trace != "" {
		f, err := os.OpenFile(c.Trace, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		options.OnMessage = writeTrace(f, log)
	}
	card, err := emu.New(options)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	listener, err := listenLoopback(c.Control)
	if err != nil {
		return err
	}
	ready := sync.OnceFunc(func() {
		_ = json.NewEncoder(w.stdout).Encode(map[string]any{"ready": true, "control": "http://" + listener.Addr().String()})
	})
	s := &slot{card: card, address: address, log: log, onPlug: ready, settle: settle}
	return serve(w, listener, s)
}

// serve plugs the card in and answers the control door until the end.
func serve(w world, listener net.Listener, s *slot) error {
	server := &http.Server{Handler: control{slot: s}.handler(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	s.insert()
	var err error
	select {
	case <-w.ctx.Done():
	case err = <-failed:
	}
	_ = server.Close()
	s.remove()
	return err
}

// card turns the flags into options.
func (c runCommand) card(log *slog.Logger) (emu.Options, error) {
	options, err := c.options()
	if err != nil {
		return options, fmt.Errorf("%w: %w", errUsage, err)
	}
	options.Faults, options.Log = c.Fault, log
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

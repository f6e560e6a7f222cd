package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/replay"
	"github.com/smartcard-connect/smartcard-connect/hil/slot"
)

// replayCommand plays a recording as a card:
//
//	hil exec --empty -- hil replay card.apdu -- pkcs15-tool -D
type replayCommand struct {
	File     string   `arg:"" type:"existingfile" help:"The recording."`
	Reader   string   `default:"vpcd://127.0.0.1:35963" help:"The virtual reader's slot."`
	Passcode string   `name:"passcode-file" placeholder:"FILE" help:"The recorded card's passcode, for commands that carry it; - is standard input."`
	PUK      string   `name:"puk-file" placeholder:"FILE" help:"Its PUK."`
	CardKeys string   `type:"existingdir" placeholder:"DIR" help:"Its keys, *.pem: for signatures over something new."`
	Slow     bool     `help:"Take as long for each answer as the card did."`
	Control  string   `placeholder:"HOST:PORT" help:"Open a side door on loopback, as cardemu has one."`
	Command  []string `arg:"" optional:"" passthrough:"" help:"A command to run beside it, after --; its exit code is ours. Without it the card stays until Ctrl-C."`
}

// Run plays. It is inconclusive where the command was well and asked what was not
// recorded.
func (c replayCommand) Run(w world) error {
	address, err := slot.ParseURL(c.Reader)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	r, err := record.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	o := replay.Options{Slow: c.Slow, Log: slog.New(slog.NewTextHandler(w.stderr, nil))}
	if o.Keys, err = replay.ReadKeys(c.CardKeys); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if o.Secrets, err = (recordCommand{Passcode: c.Passcode, PUK: c.PUK}).secrets(w); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	defer wipe(o.Secrets)
	p, err := replay.New(r, address, o)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	closing, err := c.door(p)
	if err != nil {
		return err
	}
	defer closing()
	if len(c.Command) > 0 && c.Command[0] == "--" {
		c.Command = c.Command[1:]
	}
	ended := beside(w, c.Command, func(ctx context.Context, ready func()) error {
		if err := p.Insert(ctx); err != nil {
			return err
		}
		defer p.Remove()
		ready()
		<-ctx.Done()
		return nil
	})
	if left := p.End(); len(left) > 0 && ended == nil {
		return fmt.Errorf("%d commands were not in the recording and were answered 6F00; the first: %s", len(left), left[0])
	}
	return ended
}

// door opens the side door, where one is wished for.
func (c replayCommand) door(p *replay.Player) (closing func(), err error) {
	if c.Control == "" {
		return func() {}, nil
	}
	host, _, err := net.SplitHostPort(c.Control)
	if ip := net.ParseIP(strings.Trim(host, "[]")); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%w: the side door opens on loopback only, such as 127.0.0.1:0", errUsage)
	}
	l, err := net.Listen("tcp", c.Control)
	if err != nil {
		return nil, err
	}
	s := &http.Server{Handler: replay.Door{Player: p}, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	return func() { _ = s.Close() }, nil
}

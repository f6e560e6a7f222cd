package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/instance"
	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
)

// sessionFlag is where the agent of a session and later launches meet. Where
// there is no such place they do not.
type sessionFlag struct {
	Session string `name:"session-dir" help:"A folder of this user's session alone, where later launches find the agent; on Windows any name, and people's own agent has none." type:"path" env:"XDG_RUNTIME_DIR"`
}

// meet makes the agent's end of the meeting place: nil where there is none, or
// where it cannot be had, which costs later launches their agent and nothing else.
func (f sessionFlag) meet(log *slog.Logger) net.Listener {
	if f.socket() == "" {
		return nil
	}
	l, err := instance.Listen(f.socket())
	if err != nil {
		log.Warn("later launches do not reach this agent", "error", err)
		return nil
	}
	return l
}

// receive answers later launches until ctx ends.
func receive(ctx context.Context, l net.Listener, log *slog.Logger, do func(context.Context, instance.Wish) instance.Outcome) {
	if l == nil {
		return
	}
	if err := instance.Serve(ctx, l, log, do); err != nil {
		log.Warn("later launches do not reach this agent any more", "error", err)
	}
}

// handTime is how long an agent that runs may take to show its status.
const handTime = 10 * time.Second

// running asks the agent that runs in this session, if one does, how it stands
// or to show that.
func (f sessionFlag) running(ctx context.Context, log *slog.Logger, w instance.Wish) ([]statusRow, bool) {
	if f.socket() == "" {
		return nil, false
	}
	ctx, stop := context.WithTimeout(ctx, handTime)
	defer stop()
	letForward()
	o, err := instance.Ask(ctx, f.socket(), w)
	if err != nil && !errors.Is(err, instance.ErrNone) {
		log.Warn("the agent of this session does not answer", "error", err)
	}
	var rows []statusRow
	for _, fact := range o.Facts {
		rows = append(rows, statusRow{fact.ID, fact.Text, fact.OK})
	}
	return rows, err == nil
}

// outcome is the sign-in of one address, by an agent.
func outcome(ctx context.Context, set settings.Settings, a *agent.Agent, w instance.Wish) instance.Outcome {
	issuer, ok := set.Issuer(w.Issuer)
	if !ok {
		return instance.Outcome{Problem: fmt.Sprintf("issuer %q is not in the settings", w.Issuer)}
	}
	result := a.Authenticate(ctx, issuer.URL, w.ID)
	o := instance.Outcome{Return: local.Return(issuer, result)}
	if result.Status != signin.OK {
		o.Problem = result.Message()
	}
	return o
}

// openTime is how long a browser's opener may take. One that is the browser
// itself never ends: it is left alone.
const openTime = 10 * time.Second

// openBrowser starts the settings' opener, or the system's own, and waits for its
// end, but not for ever.
func openBrowser(ctx context.Context, opener []string, address string) error {
	if len(opener) == 0 {
		opener = systemOpener()
	}
	c := exec.Command(opener[0], append(opener[1:len(opener):len(opener)], address)...)
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(openTime):
	case <-ctx.Done():
	}
	return nil
}

// handOver lets the running agent do it, or this launch where none runs.
func (c *authenticateCommand) handOver(ctx context.Context, s *streams, store *settings.Store, w instance.Wish) (instance.Outcome, error) {
	if c.socket() != "" {
		o, err := instance.Ask(ctx, c.socket(), w)
		if !errors.Is(err, instance.ErrNone) {
			return o, err
		}
	}
	return outcome(ctx, store.Current(), wire(s, store), w), nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/instance"
	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
)

// sessionFlag is where the agent of a session and later launches meet. Without
// a folder of the session's own they do not.
type sessionFlag struct {
	Session string `name:"session-dir" help:"A folder of this user's session alone, where later launches find the agent." type:"path" env:"XDG_RUNTIME_DIR"`
}

func (f sessionFlag) socket() string {
	if f.Session == "" {
		return ""
	}
	return filepath.Join(f.Session, "smartcard-connect", "agent.sock")
}

// receive answers later launches until ctx ends. An agent that cannot is still
// one: launches then do their own work.
func (f sessionFlag) receive(ctx context.Context, log *slog.Logger, set settings.Settings, a *agent.Agent) {
	if f.socket() == "" {
		return
	}
	l, err := instance.Listen(f.socket())
	if err == nil {
		err = instance.Serve(ctx, l, log, func(ctx context.Context, w instance.Wish) instance.Outcome {
			return outcome(ctx, set, a, w)
		})
	}
	if err != nil {
		log.Warn("later launches do not reach this agent", "error", err)
	}
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

// openBrowser starts the opener and waits for its end, but not for ever.
func openBrowser(ctx context.Context, opener []string, address string) error {
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
func (c *authenticateCommand) handOver(ctx context.Context, s *streams, set settings.Settings, w instance.Wish) (instance.Outcome, error) {
	if c.socket() != "" {
		o, err := instance.Ask(ctx, c.socket(), w)
		if !errors.Is(err, instance.ErrNone) {
			return o, err
		}
	}
	return outcome(ctx, set, wire(s, set), w), nil
}

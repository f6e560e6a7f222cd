package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/devicekey"
	"github.com/smartcard-connect/smartcard-connect/agent/instance"
	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/route"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
)

// runCommand is the agent itself.
type runCommand struct {
	settingsFlag
	sessionFlag
	Port    *int   `help:"Listen on this loopback port instead of the settings' (43485); 0 takes a free one."`
	Service string `help:"Register with the port service at this socket instead of the settings'." type:"path"`
}

// Help is shown below the verb's own line.
func (runCommand) Help() string {
	return "Prints one line of JSON when it listens: {\"port\":43485,\"ready\":true}\n\nExample:\n\n  smartcard-connect run --settings settings.json --service /run/smartcard-connect/ports.sock"
}

// Run listens, says so in one JSON line, and serves until interrupted or closed
// at its icon. Where an agent of this session runs already, that one shows its
// status, and this launch is done.
func (c *runCommand) Run(ctx context.Context, s *streams) error {
	if rows, ok := c.running(ctx, s.log, instance.Wish{Show: true}); ok {
		s.log.Info("Smartcard Connect runs already; it shows its status")
		return list(s.out, false, rows, func(r statusRow) string { return r.ID + ": " + r.Title })
	}
	store, err := c.open()
	if err != nil {
		return err
	}
	s.tell(store.Snapshot())
	set := store.Current()
	if c.Port != nil {
		set.Port = *c.Port
	}
	listeners, err := local.Listen(ctx, set.Port)
	if err != nil {
		s.log.Error("the port is taken", logfile.Attr(logfile.AgentNoPort), "port", set.Port, "by", portservice.Squatter(set.Port), "error", err)
		return fmt.Errorf("cannot listen on port %d (held by %s): %w; end that program, or choose another port with --port", set.Port, portservice.Squatter(set.Port), err)
	}
	return c.serve(ctx, s, store, listeners)
}

func (c *runCommand) serve(ctx context.Context, s *streams, store *settings.Store, listeners []net.Listener) error {
	port := listeners[0].Addr().(*net.TCPAddr).Port
	ctx, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	defer following.Wait()
	defer stop()
	meeting := c.meet(s.log)
	a := wire(s, store)
	icon := desktop(s, store, a, port, stop)
	following.Go(func() {
		follow(ctx, s, store, c.Service, port, func(now settings.Snapshot) { configured(icon.Board, now) })
	})
	following.Go(func() { appear(ctx, s.log, icon) })
	following.Go(func() {
		receive(ctx, meeting, s.log, func(launch context.Context, w instance.Wish) instance.Outcome {
			switch {
			case w.Show:
				icon.Show(ctx)
				return instance.Outcome{Facts: facts(ctx, icon)}
			case w.Look:
				return instance.Outcome{Facts: facts(ctx, icon)}
			}
			return outcome(launch, store.Current(), a, w)
		})
	})
	s.log.Info("the agent listens", logfile.Attr(logfile.AgentStarted), "port", port, "version", version)
	defer s.log.Info("the agent was closed", logfile.Attr(logfile.AgentStopped))
	if err := json.NewEncoder(s.out).Encode(map[string]any{"ready": true, "port": port}); err != nil {
		return err
	}
	return a.Serve(ctx, listeners...)
}

// wire is the agent with the machine's readers and a way to ask its user.
func wire(s *streams, store *settings.Store) *agent.Agent {
	return &agent.Agent{Current: store.Current, Readers: pcsc.New(), OpenCard: series.Open, PrompterFor: prompters(s.log),
		Log: s.log, HubLog: s.hub, SigningLog: s.signing,
		Device: device(store), HTTP: &http.Client{Transport: route.Transport()}, Forgotten: new(threads).Clear}
}

// device opens the key in the TPM that the settings name now.
func device(store *settings.Store) func() (signin.Device, error) {
	return func() (signin.Device, error) {
		k, err := devicekey.Open(store.Current().TPM)
		if err != nil {
			return nil, err // not k: a nil *Key in an interface is not nil
		}
		return k, nil
	}
}

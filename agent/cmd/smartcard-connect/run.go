package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
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

// Run listens, says so in one JSON line, and serves until interrupted.
func (c *runCommand) Run(ctx context.Context, s *streams) error {
	set, err := c.read()
	if err != nil {
		return err
	}
	if c.Port != nil {
		set.Port = *c.Port
	}
	if c.Service != "" {
		set.PortServiceSocket = c.Service
	}
	listeners, err := local.Listen(ctx, set.Port)
	if err != nil {
		return fmt.Errorf("cannot listen on port %d (held by %s): %w; end that program, or choose another port with --port", set.Port, portservice.Squatter(set.Port), err)
	}
	return c.serve(ctx, s, set, listeners)
}

func (c *runCommand) serve(ctx context.Context, s *streams, set settings.Settings, listeners []net.Listener) error {
	port := listeners[0].Addr().(*net.TCPAddr).Port
	for _, i := range set.Issuers {
		if i.Test() {
			s.log.Warn("TEST: this issuer is reached without encryption; never use a real card with it", "issuer", i.URL)
		}
	}
	ctx, stop := context.WithCancel(ctx)
	var registration sync.WaitGroup
	defer registration.Wait()
	defer stop()
	if set.PortServiceSocket != "" {
		hello := portservice.Hello{Version: 1, Port: port, Origins: set.Origins()}
		registration.Go(func() { portservice.Register(ctx, set.PortServiceSocket, hello, s.log) })
	}
	a := wire(s, set)
	registration.Go(func() { c.receive(ctx, s.log, set, a) })
	if err := json.NewEncoder(s.out).Encode(map[string]any{"ready": true, "port": port}); err != nil {
		return err
	}
	return a.Serve(ctx, listeners...)
}

// wire is the agent with the machine's readers and a way to ask its user.
func wire(s *streams, set settings.Settings) *agent.Agent {
	return &agent.Agent{Settings: set, Readers: pcsc.New(), OpenCard: series.Open, Prompter: prompter(set), Log: s.log}
}

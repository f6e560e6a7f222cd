package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/control"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// serveCommand runs a provider.
type serveCommand struct {
	Addr         string   `default:"127.0.0.1:0" help:"Address to listen on; port 0 is a free one."`
	Issuer       string   `help:"Issuer to publish, when it is not http://ADDR and the path of CIS2."`
	ExplicitPort bool     `help:"Keep a default port in the issuer, as CIS2 does."`
	Fault        []string `sep:"none" placeholder:"ID" help:"Switch a fault on, as listed by 'mockcis2 faults', such as provider.hang:endpoint=userinfo,n=2. May be repeated."`
	Control      string   `placeholder:"ADDR" help:"Loopback address of the side door and its console; empty is none."`
	Client       string   `placeholder:"FILE" help:"JSON array of applications, instead of the default three."`
	Team         []string `placeholder:"ID=SECRET" help:"Who may register through the API of the Connection Manager on the side door, instead of toy-team=toy-team-secret. May be repeated."`
	Handover     []string `placeholder:"CHANNEL" help:"Channels the login page tries: hub, json, form, uri."`
	AgentPort    []int    `placeholder:"PORT" help:"Ports of the port service that the page asks."`
	FormPort     int      `placeholder:"PORT" help:"Port of the agent that the page's form goes to while it has found none, instead of 43485."`
	Environment  string   `name:"environment" aliases:"env" default:"int" enum:"live,int,dep,dev" help:"Environment: path and realm of the issuer, shown to people."`
	Mode         string   `default:"cis2" enum:"cis2,extended,fapi2,lenient" help:"Rules that are kept: CIS2's, more of OpenID Connect, FAPI 2.0's, or hardly any."`
	Device       string   `default:"none" enum:"none,preferred,required" help:"Whether the computer must prove itself by its TPM: none, preferred or required."`
	Enrol        []string `placeholder:"THUMBPRINT" help:"A computer that counts, by the thumbprint of its key. May be repeated."`
	Seed         string   `placeholder:"TEXT" help:"Ids, codes, sids and tickets follow from it, for golden files."`
	Verbose      bool     `short:"v" help:"Log to standard error."`
}

// Run serves until interrupted.
func (c serveCommand) Run(w world) error {
	mode, err := op.ModeNamed(c.Mode)
	if err != nil {
		return err
	}
	s := &mockcis2.Server{Mode: mode, Seed: c.Seed, Addr: c.Addr, IssuerURL: c.Issuer, ExplicitPort: c.ExplicitPort, Faults: c.Fault,
		Handover: c.Handover, AgentPorts: c.AgentPort, FormPort: c.FormPort, Environment: c.Environment, Device: c.Device, Enrolled: c.Enrol}
	if c.Verbose {
		s.Log = slog.New(slog.NewTextHandler(w.stderr, nil))
	}
	teams, err := c.teams()
	if err != nil {
		return err
	}
	if c.Client != "" {
		if s.Clients, err = readClients(c.Client); err != nil {
			return err
		}
	}
	if err := s.Start(); err != nil {
		return err
	}
	defer s.Close()
	door, err := c.door(s, teams)
	if err != nil {
		return err
	}
	if door != nil {
		defer door.Close()
	}
	if err := json.NewEncoder(w.stdout).Encode(map[string]any{"ready": true, "issuer": s.Issuer(), "url": s.URL(), "control": address(door)}); err != nil {
		return err
	}
	<-w.ctx.Done()
	return nil
}

func readClients(file string) ([]op.Client, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	clients, err := client.Read(file, f)
	return clients, errors.Join(err, f.Close())
}

func (c serveCommand) teams() (teams []client.Team, err error) {
	for _, t := range c.Team {
		id, secret, ok := strings.Cut(t, "=")
		if !ok || id == "" || secret == "" {
			return nil, fmt.Errorf("%w: --team must be ID=SECRET", errUsage)
		}
		teams = append(teams, client.Team{ID: id, Secret: secret})
	}
	return teams, nil
}

// door opens the side door, on loopback only; nil when none is wanted.
func (c serveCommand) door(s *mockcis2.Server, teams []client.Team) (net.Listener, error) {
	if c.Control == "" {
		return nil, nil
	}
	host, _, err := net.SplitHostPort(c.Control)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%w: --control %q is not a loopback address and port", errUsage, c.Control)
	}
	l, err := net.Listen("tcp", c.Control)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	d := control.Door{Server: s, Environment: c.Environment, Teams: teams}
	go func() {
		_ = (&http.Server{Handler: d.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16}).Serve(l) // ends when l is closed
	}()
	return l, nil
}

// address is the URL of a door.
func address(l net.Listener) string {
	if l == nil {
		return ""
	}
	return "http://" + l.Addr().String()
}

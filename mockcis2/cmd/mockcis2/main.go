// Command mockcis2 runs the mock identity provider, or lists its people, faults
// and lints.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/control"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

const description = `A mock of NHS CIS2 that is strict by default and misbehaves on request. Nothing
it says is real.

Run one on a port of your own, and make it wrong from outside:

    mockcis2 serve --addr 127.0.0.1:9480 --control 127.0.0.1:9481 &
    curl -d '{"id":"provider.wrong-nonce"}' http://127.0.0.1:9481/faults

Exit codes: 0 interrupted or listed, 1 failed, 64 wrong use.`

// version is set by the linker (-X main.version=…); devel is a build by hand.
var version = "devel"

type program struct {
	Serve   serve          `cmd:"" default:"withargs" help:"Run a provider. Example: mockcis2 serve --addr 127.0.0.1:9443 --fault provider.wrong-nonce"`
	People  listing        `cmd:"" help:"List who can sign in."`
	Faults  faults         `cmd:"" help:"List the ways in which the provider can misbehave."`
	Lints   lints          `cmd:"" help:"List what relying parties are judged by."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

type serve struct {
	Addr         string   `default:"127.0.0.1:0" help:"Address to listen on; port 0 is a free one."`
	Issuer       string   `help:"Issuer to publish, when it is not http://ADDR and the path of CIS2."`
	ExplicitPort bool     `help:"Keep a default port in the issuer, as CIS2 does."`
	Fault        []string `sep:"none" placeholder:"ID" help:"Switch a fault on, as listed by 'mockcis2 faults', such as provider.hang:endpoint=userinfo,n=2. May be repeated."`
	Control      string   `placeholder:"ADDR" help:"Loopback address of the side door; empty is none."`
	Client       string   `placeholder:"FILE" help:"JSON array of clients, instead of the default three."`
	Handover     []string `placeholder:"CHANNEL" help:"Channels the login page tries: hub, json, form, uri."`
	AgentPort    []int    `placeholder:"PORT" help:"Ports of the port service that the page asks."`
	Environment  string   `default:"int" enum:"live,int,dep,dev" help:"Environment: path and realm of the issuer, shown to people."`
	Mode         string   `default:"cis2" enum:"cis2,extended,fapi2,lenient" help:"Rules that are kept: CIS2's, more of OpenID Connect, FAPI 2.0's, or hardly any."`
	Verbose      bool     `short:"v" help:"Log to standard error."`
}

func main() {
	var p program
	parser := kong.Must(&p, kong.Name("mockcis2"), kong.UsageOnError(),
		kong.Description(description))
	ctx, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "mockcis2:", err)
		os.Exit(64)
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "mockcis2:", err)
		if errors.Is(err, fault.ErrParam) {
			os.Exit(64)
		}
		os.Exit(1)
	}
}

// Run serves until interrupted.
func (c serve) Run() error {
	mode, err := op.ModeNamed(c.Mode)
	if err != nil {
		return err
	}
	s := &mockcis2.Server{Mode: mode, Addr: c.Addr, IssuerURL: c.Issuer, ExplicitPort: c.ExplicitPort, Faults: c.Fault,
		Handover: c.Handover, AgentPorts: c.AgentPort, Environment: c.Environment}
	if c.Verbose {
		s.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	if c.Client != "" {
		f, err := os.Open(c.Client)
		if err != nil {
			return err
		}
		s.Clients, err = op.ReadClients(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	if err := s.Start(); err != nil {
		return err
	}
	defer s.Close()
	door, err := c.door(s)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"ready": true, "issuer": s.Issuer(), "url": s.URL(), "control": door}); err != nil {
		return err
	}
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	<-stop.Done()
	return nil
}

// door opens the side door, on loopback only, and answers with its URL.
func (c serve) door(s *mockcis2.Server) (string, error) {
	if c.Control == "" {
		return "", nil
	}
	host, _, err := net.SplitHostPort(c.Control)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("--control %q is not a loopback address and port", c.Control)
	}
	l, err := net.Listen("tcp", c.Control)
	if err != nil {
		return "", fmt.Errorf("control: %w", err)
	}
	d := control.Door{Provider: s, History: func() any { return s.History() }, People: func() any { return s.Persons() }}
	go func() { _ = (&http.Server{Handler: d.Handler(), ReadHeaderTimeout: 10 * time.Second}).Serve(l) }()
	return "http://" + l.Addr().String(), nil
}

type listing struct {
	JSON bool `help:"Print JSON."`
}

// Run lists the personas.
func (c listing) Run() error {
	all, err := people.Default()
	if err != nil {
		return err
	}
	rows := []row{}
	for _, p := range all {
		rows = append(rows, row{ID: p.UUID, Title: fmt.Sprintf("%s, %d roles", p.Name(), len(p.Roles))})
	}
	return list(os.Stdout, rows, c.JSON)
}

type faults struct {
	ID   string `arg:"" optional:"" help:"Only this one, which may have parameters: provider.hang:n=2."`
	JSON bool   `help:"Print JSON, with parameters and what is owed."`
}

// Run lists the faults.
func (c faults) Run() error { return listFaults(os.Stdout, c.ID, c.JSON) }

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run() error {
	_, err := fmt.Println("mockcis2", version)
	return err
}

type row struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func list(w io.Writer, rows []row, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(rows)
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "%-36s %s\n", r.ID, r.Title); err != nil {
			return err
		}
	}
	return nil
}

package target

import (
	"context"
	"fmt"
	"time"

	card "github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// serverSide is the side door of a provider in this process.
type serverSide struct {
	server *mockcis2.Server
	start  []string
}

// startProvider serves a provider on a free port and fills in who is registered.
func (t *Target) startProvider() error {
	side := &serverSide{server: &mockcis2.Server{Faults: t.faultsOf("provider"), AgentPorts: t.Ports, FormPort: t.Agent, Handover: t.Handover}, start: t.faultsOf("provider")}
	if err := side.server.Start(); err != nil {
		return fmt.Errorf("provider: %w", err)
	}
	t.onClose(side.server.Close)
	t.Issuer, t.Side, t.Clients = side.server.Issuer(), side, defaultClients()
	return nil
}

// defaultClients are the relying parties the provider knows from the start.
func defaultClients() []Client {
	const redirect = "http://127.0.0.1:4180/callback"
	return []Client{
		{ID: "999999999901.apps.national", Secret: "conformance-secret", Method: "client_secret_post", RedirectURI: redirect, PostLogoutURI: "http://127.0.0.1:4180/signed-out"},
		{ID: "999999999902.apps.national", Method: "private_key_jwt", RedirectURI: redirect},
		{ID: "999999999903.apps.national", Secret: "second-secret", Method: "client_secret_post", RedirectURI: redirect},
	}
}

// Fault switches a provider fault on.
func (s *serverSide) Fault(_ context.Context, id string) error {
	return s.server.SetFaults(append(append([]string(nil), s.start...), id)...)
}

// Restore leaves the first faults.
func (s *serverSide) Restore(context.Context) error { return s.server.SetFaults(s.start...) }

// Revoke puts a person's cards on the list.
func (s *serverSide) Revoke(_ context.Context, uuid string) error { return s.server.Revoke(uuid) }

// Advance moves the clock.
func (s *serverSide) Advance(_ context.Context, by time.Duration) error {
	s.server.Advance(by)
	return nil
}

// RotateKey changes the key.
func (s *serverSide) RotateKey(context.Context) error {
	s.server.RotateKey()
	return nil
}

// History is the diary.
func (s *serverSide) History(context.Context) ([]Visit, error) {
	var out []Visit
	for _, e := range s.server.History() {
		out = append(out, Visit{Method: e.Method, Path: e.Path, Status: e.Status})
	}
	return out, nil
}

// providerFaults is the provider's list.
func providerFaults() []Fault {
	var out []Fault
	for _, f := range fault.List() {
		x := Fault{ID: f.ID, Title: f.Title, Why: f.Why, Owner: "provider", RP: &f.Owes}
		for _, p := range f.Params {
			x.Params = append(x.Params, card.Param{Key: p.Key, Default: p.Default, Form: p.Form, Title: p.Title})
		}
		out = append(out, x)
	}
	return out
}

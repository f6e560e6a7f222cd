package bench

import (
	"path/filepath"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
)

// describe writes what runs into the target.
func (b *Bench) describe(t *cell.Target) error {
	t.Issuer, t.Control, t.Bench = b.Issuer, b.Control, b.Cards[0].Control
	if b.tape != "" {
		t.Bench, t.Recorder = b.tape, b.tape
	}
	t.Agent, t.Ports, t.Settings = agentPort, servicePorts(), b.Settings
	t.Programs = b.Programs.Of(cell.Cell{Kind: t.Kind, Arch: b.Arch})
	t.Clients = b.clients()
	if !slices.Contains(t.Features, "browser") {
		return nil
	}
	var err error
	t.Browser, err = b.Programs.System(Chromium)
	return err
}

// callback is where the registered applications want their codes; any port
// will do on the loopback address (RFC 8252 §7.3).
const callback = "http://127.0.0.1/callback"

// signedOut is where the first of them may go after signing out, letter by
// letter.
const signedOut = "http://127.0.0.1:4180/signed-out"

// clients are the relying parties that the provider has from the start.
func (b *Bench) clients() []cell.Client {
	key := filepath.Join(b.Programs.Bin, "..", "agent", "testpki", "keys", "card-11.pem")
	return []cell.Client{
		{ID: "999999999901.apps.national", Secret: "conformance-secret", Method: "client_secret_post", RedirectURI: callback, PostLogoutURI: signedOut},
		{ID: "999999999902.apps.national", KeyFile: key, Method: "private_key_jwt", RedirectURI: callback},
		{ID: "999999999903.apps.national", Secret: "second-secret", Method: "client_secret_post", RedirectURI: callback},
	}
}

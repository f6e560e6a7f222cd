package stranger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/catalogue"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// carried is the conformance program, built to be carried elsewhere.
func carried(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "conformance")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/conformance").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// judgedBy runs the program against the target file, beside a card where there
// is one, and reads what it wrote.
func judgedBy(t *testing.T, program string, f target.File, beside *face) (cell result.Cell, exit int, said string) {
	t.Helper()
	var flags []string
	if beside != nil {
		flags = beside.flags()
	}
	return judgedWith(t, program, f, flags, beside != nil)
}

// judgedWith is judgedBy with options of hil exec, which plugs the card in, and for
// the program.
func judgedWith(t *testing.T, program string, f target.File, beside []string, card bool, more ...string) (cell result.Cell, exit int, said string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "target.json")
	raw, err := json.Marshal(f)
	if err == nil {
		err = os.WriteFile(file, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	argv := append([]string{program, "run", "--target", file, "--out", dir}, more...)
	if card {
		argv = append(append([]string{filepath.Join(bin, "hil"), "exec"}, beside...), append([]string{"--"}, argv...)...)
	}
	said, err = command(t, 5*time.Minute, argv[0], argv[1:]...)
	var left *exec.ExitError
	if errors.As(err, &left) {
		exit = left.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	written, err := os.Open(filepath.Join(dir, "cell.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	defer written.Close()
	if cell, err = result.ReadCell(written); err != nil {
		t.Fatal(err)
	}
	return cell, exit, said
}

// npmProvider starts npm's oidc-provider with its own development pages, and
// makes the target file that anybody would write for it.
func npmProvider(t *testing.T) target.File {
	t.Helper()
	program := node(t)
	port := porttest.Free(t)
	f := target.File{
		Cell: "oidc-provider", Kind: target.Remote, Product: "npm oidc-provider 9.13.3", Seed: 1,
		Issuer: fmt.Sprintf("http://127.0.0.1:%d", port),
		Login:  &target.Account{Fields: map[string]string{"login": "alice", "password": "any will do"}, Subject: "alice"},
		Clients: []target.Client{
			{ID: "first", Secret: "the-secret-of-the-first-client", Method: "client_secret_post", RedirectURI: "http://127.0.0.1:4180/callback", PostLogoutURI: "http://127.0.0.1:4180/signed-out"},
			{ID: "second", Method: "private_key_jwt", RedirectURI: "http://127.0.0.1:4180/callback"},
			{ID: "third", Secret: "the-secret-of-the-third-client", Method: "client_secret_post", RedirectURI: "http://127.0.0.1:4180/callback"},
		},
		Features: []target.Feature{target.Provider, target.Login, target.SecondClient, target.KeyClient, target.Logout, target.FormPost, target.PAR, target.DPoP, target.Refresh},
	}
	c := exec.CommandContext(t.Context(), program, "oidc-provider.mjs", fmt.Sprint(port), configuration(t, f))
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get(f.Issuer + "/.well-known/openid-configuration")
		if err == nil {
			_ = answer.Body.Close()
			return f
		}
	}
	t.Fatalf("oidc-provider does not answer:\n%s", said.String())
	return f
}

// configuration of oidc-provider, as its documentation has it.
func configuration(t *testing.T, f target.File) string {
	t.Helper()
	var clients []map[string]any
	for _, c := range f.Clients {
		m := map[string]any{"client_id": c.ID, "redirect_uris": []string{c.RedirectURI}, "token_endpoint_auth_method": c.Method, "grant_types": []string{"authorization_code", "refresh_token"}}
		if c.Secret != "" {
			m["client_secret"] = c.Secret
		} else {
			m["jwks"] = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &testpki.Published("card-11").PublicKey, KeyID: "conformance", Use: "sig"}}}
		}
		if c.PostLogoutURI != "" {
			m["post_logout_redirect_uris"] = []string{c.PostLogoutURI}
		}
		clients = append(clients, m)
	}
	raw, err := json.Marshal(map[string]any{
		"clients":  clients,
		"cookies":  map[string]any{"keys": []string{"only for a test"}},
		"claims":   map[string]any{"openid": []string{"sub"}, "profile": []string{"name"}},
		"scopes":   []string{"openid", "offline_access"},
		"features": map[string]any{"dPoP": map[string]any{"enabled": true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// found is where npm's oidc-provider, configured by nobody, is not what the
// standards say. Its own certification runs with other settings.
var found = map[string]string{
	"provider.redirect-missing": "takes a request without redirect_uri while a client has one only: allowOmittingSingleRegisteredRedirectUri",
	"provider.request-by-post":  "takes no posted authorization request: enableHttpPostMethods",
	"provider.par-post-only":    "answers GET where requests are pushed with 404, RFC 9126 wants 405",
}

// Requirement: a provider that is not ours is judged by its issuer alone, with
// a person who fills in its own form. What it does not claim is skipped for that
// reason, and what it claims is found out.
// Source: issue, "must show". Turned red by: a spec that wants our login page,
// our side door or CIS2's habits without saying so.
func TestProviderNotOurs(t *testing.T) {
	cell, exit, said := judgedBy(t, carried(t), npmProvider(t), nil)
	if exit != result.ExitFail || cell.Verdict != result.Fail || cell.Kind != "remote" {
		t.Errorf("exit code %d, %s of kind %s: %s\n%s", exit, cell.Verdict, cell.Kind, cell.Reason, said)
	}
	honest(t, cell, found)
	if n := cell.Count(); n.Pass < 120 {
		t.Errorf("only %d specs passed, %d were skipped", n.Pass, n.Skip)
	}
}

// honest wants every spec of the catalogue in the cell, judged or skipped for a
// feature that is not claimed, and red for what was found and nothing else.
func honest(t *testing.T, cell result.Cell, red map[string]string) {
	t.Helper()
	if len(cell.Specs) != len(catalogue.All()) {
		t.Errorf("%d specs are reported, there are %d", len(cell.Specs), len(catalogue.All()))
	}
	for _, s := range cell.Specs {
		switch {
		case s.Verdict == result.Skip && strings.HasPrefix(s.Reason, "the target does not claim "):
		case s.Verdict == result.Pass && red[s.ID] == "":
		case s.Verdict == result.Fail && red[s.ID] != "":
		default:
			t.Errorf("%s %s (%s): %s", s.Verdict, s.ID, s.Source, s.Reason)
		}
	}
	n := cell.Count()
	t.Logf("%s: %d pass, %d fail, %d skip", cell.Product, n.Pass, n.Fail, n.Skip)
}

// Requirement: a PIV card in a reader is judged through PC/SC alone: no agent, no
// provider, no side door of ours, and first without its passcode.
// Source: issue, "must show". Turned red by: a spec that wants a bench, a toy
// certificate or a known person without saying so.
func TestPlainCard(t *testing.T) {
	need(t, "pcscd", "unshare")
	plain := target.File{
		Cell: "piv-card", Product: "PIV card", Seed: 1, Protocol: iso7816.T1, Reader: cardemu{}.Reader(),
		Features: []target.Feature{target.Card, target.PCSC, target.PIV, target.T1},
	}
	known := plain
	known.Cell, known.Passcode = "piv-test-card", emu.DefaultPasscode
	known.Features = append(known.Features, target.TestCard, target.KeyManagement, target.CardKey)
	program, c := carried(t), called(t, "piv-full-T1")
	for _, x := range []struct {
		file target.File
		pass int
	}{{plain, 50}, {known, 90}} {
		x.file.Kind = target.Remote
		cell, exit, said := judgedBy(t, program, x.file, &c)
		if exit != result.ExitPass || cell.Verdict != result.Pass {
			t.Errorf("exit code %d, %s: %s\n%s", exit, cell.Verdict, cell.Reason, said)
		}
		honest(t, cell, nil)
		if n := cell.Count(); n.Pass < x.pass {
			t.Errorf("%s: only %d specs passed, %d were skipped", cell.ID, n.Pass, n.Skip)
		}
	}
}

// Requirement: the program ends, with a result that says so, although a call into
// the smartcard service never comes back. Source: issue 6 point 1, "timeouts that
// survive a blocked PC/SC call". Turned red by: waiting for the call when a spec's
// time is up, when its card is closed, or at the end of the process.
func TestBlockedCall(t *testing.T) {
	need(t, "pcscd", "unshare")
	f := target.File{
		Cell: "blocked", Kind: target.Remote, Seed: 1, Protocol: iso7816.T1, Reader: cardemu{}.Reader(),
		Features: []target.Feature{target.Card, target.PCSC, target.PIV, target.T1},
	}
	cell, exit, said := judgedWith(t, carried(t), f, []string{"--series", "9", "--fault", "card.mute-at:n=1"}, true, "--filter", "card.selects,card.select-cut-name", "--limit", "2s")
	if exit != result.ExitFail || cell.Verdict != result.Fail || len(cell.Specs) != 2 {
		t.Fatalf("exit code %d, %+v\n%s", exit, cell, said)
	}
	for _, s := range cell.Specs {
		if s.Verdict != result.Fail || !strings.Contains(s.Reason, "deadline exceeded") {
			t.Errorf("%s: %s %s", s.ID, s.Verdict, s.Reason)
		}
	}
}

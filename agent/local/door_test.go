package local

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/signing"
)

const (
	login   = "https://am.example"
	signer  = "https://sign.example"
	id      = "transaction-0123456789"
	strict  = `{"version":1,"id":"` + id + `"}`
	jsonUTF = "application/json; charset=utf-8"
	form    = "application/x-www-form-urlencoded"
)

// porch is a door with somebody in front of it.
type porch struct {
	*httptest.Server
	door   *Door
	owner  peer.Owner // who the kernel says knocks
	err    error
	starts atomic.Int32
}

func newPorch(t *testing.T, bend ...func(*porch)) *porch {
	t.Helper()
	p := &porch{owner: peer.Owner{User: "1000", Session: 2}}
	p.door = &Door{
		Settings: settings.Settings{Issuers: []settings.Issuer{{URL: login + ":443/realm", Environment: "int"}}, SigningOrigins: []string{signer}},
		Owner:    p.owner,
		SignIn: func(context.Context, Wish) signin.Result {
			p.starts.Add(1)
			return signin.Result{Ticket: "ticket-0123456789-abcdef"}
		},
		Sign: func(_ context.Context, w Wish) signing.Response {
			p.starts.Add(1)
			return signing.Response{Status: "OK", Message: w.Origin + " " + w.Argument}
		},
		PollTime: 20 * time.Millisecond,
	}
	p.Server = httptest.NewUnstartedServer(p.door)
	p.Config.ConnContext = peer.Remember(func(_, _ netip.AddrPort) (peer.Owner, error) { return p.owner, p.err })
	p.door.Port = p.Listener.Addr().(*net.TCPAddr).Port
	for _, b := range bend {
		b(p)
	}
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// knock is one request; every field overrides what is right.
type knock struct {
	method, path, host, origin, kind, body string
	header                                 map[string]string
}

func (p *porch) knock(t *testing.T, k knock) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(k.method, p.URL+k.path, strings.NewReader(k.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = strings.ReplaceAll(k.host, "PORT", fmt.Sprint(p.door.Port))
	if k.origin != "" {
		r.Header.Set("Origin", k.origin)
	}
	if k.kind != "" {
		r.Header.Set("Content-Type", k.kind)
	}
	for name, v := range k.header {
		r.Header.Set(name, v)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

// Requirement: PROTOCOL.md §4: Host, Origin, method, type and size are checked
// before a sign-in starts, and a refused page reads nothing. Turned red by:
// dropping the check the row names.
func TestKnocks(t *testing.T) {
	right := knock{"POST", "/v1/authenticate", "127.0.0.1:PORT", login, jsonUTF, strict, nil}
	with := func(change func(*knock)) knock { k := right; change(&k); return k }
	for name, c := range map[string]struct {
		knock
		code int
	}{
		"right":               {right, 200},
		"by name":             {with(func(k *knock) { k.host = "localhost:PORT" }), 200},
		"by virtual loopback": {with(func(k *knock) { k.host = "127.33.4.5:PORT" }), 200},
		"leading zeros":       {with(func(k *knock) { k.host = "127.000.000.001:PORT" }), 421},
		"short IPv4":          {with(func(k *knock) { k.host = "127.1:PORT" }), 421},
		"mapped IPv4":         {with(func(k *knock) { k.host = "[::ffff:127.0.0.1]:PORT" }), 421},
		"the next network":    {with(func(k *knock) { k.host = "128.0.0.1:PORT" }), 421},
		"by IPv6":             {with(func(k *knock) { k.host = "[::1]:PORT" }), 200},
		"explicit port":       {with(func(k *knock) { k.origin = login + ":443" }), 200},
		"rebound name":        {with(func(k *knock) { k.host = "evil.example:PORT"; k.origin = "" }), 421},
		"other port":          {with(func(k *knock) { k.host = "127.0.0.1:1" }), 421},
		"no port":             {with(func(k *knock) { k.host = "127.0.0.1" }), 421},
		"all interfaces":      {with(func(k *knock) { k.host = "0.0.0.0:PORT" }), 421},
		"suffix":              {with(func(k *knock) { k.host = "localhost.evil.example:PORT" }), 421},
		"no origin":           {with(func(k *knock) { k.origin = "" }), 403},
		"null origin":         {with(func(k *knock) { k.origin = "null" }), 403},
		"evil origin":         {with(func(k *knock) { k.origin = "https://evil.example" }), 403},
		"http origin":         {with(func(k *knock) { k.origin = "http://am.example" }), 403},
		"signing origin":      {with(func(k *knock) { k.origin = signer }), 403},
		"get":                 {with(func(k *knock) { k.method = "GET" }), 405},
		"plain text":          {with(func(k *knock) { k.kind = "text/plain" }), 415},
		"no type":             {with(func(k *knock) { k.kind = "" }), 415},
		"too large":           {with(func(k *knock) { k.body = strings.Repeat(" ", maxBody+1) }), 413},
		"unknown field":       {with(func(k *knock) { k.body = `{"version":1,"id":"` + id + `","issuer":"x"}` }), 400},
		"version 2":           {with(func(k *knock) { k.body = `{"version":2,"id":"` + id + `"}` }), 400},
		"two objects":         {with(func(k *knock) { k.body = strict + strict }), 400},
		"bad id":              {with(func(k *knock) { k.body = `{"version":1,"id":"../../x"}` }), 400},
		"elsewhere":           {with(func(k *knock) { k.path = "/" }), 404},
		"form":                {with(func(k *knock) { k.kind = form; k.body = "id=" + id }), 303},
		"form from a frame": {with(func(k *knock) {
			k.kind = form
			k.body = "id=" + id
			k.header = map[string]string{"Sec-Fetch-Dest": "iframe"}
		}), 403},
		"form with more":      {with(func(k *knock) { k.kind = form; k.body = "id=" + id + "&x=1" }), 400},
		"form from nowhere":   {with(func(k *knock) { k.kind = form; k.body = "id=" + id; k.origin = "null" }), 403},
		"status":              {with(func(k *knock) { k.method, k.path, k.body = "GET", "/v1/status", "" }), 200},
		"status for a signer": {with(func(k *knock) { k.method, k.path, k.body, k.origin = "GET", "/v1/status", "", signer }), 403},
		"preflight":           {with(func(k *knock) { k.method, k.body = "OPTIONS", "" }), 204},
		"evil preflight":      {with(func(k *knock) { k.method, k.body, k.origin = "OPTIONS", "", "https://evil.example" }), 403},
		"JSONP":               {with(func(k *knock) { k.method, k.path = "GET", "/signalr/negotiate?callback=x" }), 400},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPorch(t)
			resp, body := p.knock(t, c.knock)
			if resp.StatusCode != c.code {
				t.Errorf("HTTP %d, want %d: %s", resp.StatusCode, c.code, body)
			}
			started := c.code == 303 || (c.code == 200 && c.path != "/v1/status")
			if started != (p.starts.Load() == 1) {
				t.Errorf("%d sign-ins started", p.starts.Load())
			}
			allowed := resp.Header.Get("Access-Control-Allow-Origin")
			if (c.code == 421 || c.code == 403) && c.path != "/v1/status" && c.origin != signer && allowed != "" {
				t.Errorf("a refused page may read %q", allowed)
			}
			if allowed != "" && allowed != c.origin {
				t.Errorf("CORS for %q", allowed)
			}
			if resp.Header.Get("X-Content-Type-Options") != "nosniff" || resp.Header.Get("Cache-Control") != "no-store" ||
				!strings.Contains(strings.Join(resp.Header.Values("Vary"), ","), "Origin") {
				t.Errorf("headers %v", resp.Header)
			}
		})
	}
}

// Requirement: only this user in this session, by the kernel's word; not known
// is refused (design §4.3). Turned red by: admitting on an error.
func TestPeers(t *testing.T) {
	for name, bend := range map[string]func(*porch){
		"another user":    func(p *porch) { p.owner.User = "1001" },
		"another session": func(p *porch) { p.owner.Session = 3 },
		"nobody knows":    func(p *porch) { p.err = peer.ErrUnknown },
	} {
		p := newPorch(t, bend)
		resp, _ := p.knock(t, knock{"POST", "/v1/authenticate", "127.0.0.1:PORT", login, jsonUTF, strict, nil})
		if resp.StatusCode != http.StatusForbidden || p.starts.Load() != 0 {
			t.Errorf("%s: HTTP %d", name, resp.StatusCode)
		}
	}
}

// Requirement: the form channel goes back to the configured issuer with a
// ticket in the fragment (PROTOCOL.md §4). Turned red by: an address from the
// page.
func TestFormGoesBack(t *testing.T) {
	p := newPorch(t)
	resp, _ := p.knock(t, knock{"POST", "/v1/authenticate", "127.0.0.1:PORT", login, form, "id=" + id, nil})
	if got := resp.Header.Get("Location"); got != login+":443/realm/smartcard/return#ticket=ticket-0123456789-abcdef" {
		t.Errorf("back to %q", got)
	}
	if got := Return(p.door.Settings.Issuers[0], signin.Result{Status: signin.Cancelled}); !strings.HasSuffix(got, "#status=1096111105") {
		t.Errorf("back to %q", got)
	}
}

// invoke negotiates and sends as a classic client does.
func (p *porch) invoke(t *testing.T, origin, call string) (token string, code int, body string) {
	t.Helper()
	_, raw := p.knock(t, knock{"GET", "/signalr/negotiate?clientProtocol=2.1&connectionData=%5B%5D", "localhost:PORT", origin, "", "", nil})
	var n negotiation
	if err := json.Unmarshal([]byte(raw), &n); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	resp, body := p.send(t, n.ConnectionToken, "localhost:PORT", origin, call)
	return n.ConnectionToken, resp.StatusCode, body
}

func (p *porch) send(t *testing.T, token, host, origin, call string) (*http.Response, string) {
	t.Helper()
	path := "/signalr/send?transport=longPolling&clientProtocol=2.1&connectionData=%5B%5D&connectionToken=" + url.QueryEscape(token)
	return p.knock(t, knock{"POST", path, host, origin, form, "data=" + url.QueryEscape(call), nil})
}

// Requirement: the result of an invocation is the send reply's body; hubs are
// found without case; I comes back as a string; each hub has its own origins
// (PROTOCOL.md §3). Turned red by: answering in the poll, or one list for both.
func TestInvocations(t *testing.T) {
	argument := base64.StdEncoding.EncodeToString([]byte(strict))
	auth := `{"H":"authenticationhub","M":"requestToAuthenticate","A":["` + argument + `"],"I":0}`
	sign := `{"H":"SigningHub","M":"requestToSign","A":["YWJj"],"I":"7"}`
	for name, c := range map[string]struct{ origin, call, want string }{
		"sign in":               {login, auth, `"I":"0","R":{"ticket":"ticket-0123456789-abcdef"`},
		"sign":                  {signer, sign, `"message":"https://sign.example YWJj"`},
		"sign by login page":    {login, sign, `"E":"https://am.example may not ask for signatures","H":true,"I":"7"`},
		"sign in by signer":     {signer, auth, `"E":"https://sign.example may not start a sign-in"`},
		"no such hub":           {login, `{"H":"x","M":"y","A":[],"I":1}`, `"E":"'x' Hub could not be resolved."`},
		"no such method":        {login, `{"H":"authenticationhub","M":"y","A":[],"I":1}`, `"E":"'y' method could not be resolved"`},
		"argument not base64":   {login, `{"H":"authenticationhub","M":"requestToAuthenticate","A":["***"],"I":1}`, `"status_string":"BAD_ARGUMENT"`},
		"argument not a string": {login, `{"H":"authenticationhub","M":"requestToAuthenticate","A":[{}],"I":1}`, `"status_string":"BAD_ARGUMENT"`},
	} {
		p := newPorch(t)
		if _, code, body := p.invoke(t, c.origin, c.call); code != 200 || !strings.Contains(body, c.want) {
			t.Errorf("%s: HTTP %d %s", name, code, body)
		}
	}
	p := newPorch(t)
	if _, code, _ := p.invoke(t, login, "not JSON"); code != 400 {
		t.Errorf("a malformed call: HTTP %d", code)
	}
}

// Requirement: a token is bound to the Host, Origin and peer that negotiated it
// and dies with abort (PROTOCOL.md §3). Turned red by: looking the token up
// alone.
func TestTokensAreBound(t *testing.T) {
	p := newPorch(t)
	call := `{"H":"authenticationhub","M":"y","A":[],"I":1}`
	token, _, _ := p.invoke(t, login, call)
	for name, c := range map[string]struct{ token, host, origin string }{
		"another origin": {token, "localhost:PORT", signer},
		"another host":   {token, "127.0.0.1:PORT", login},
		"no token":       {"", "localhost:PORT", login},
		"made up":        {"AAAAAAAAAAAAAAAAAAAAAA", "localhost:PORT", login},
	} {
		if resp, _ := p.send(t, c.token, c.host, c.origin, call); resp.StatusCode != 403 && resp.StatusCode != 400 {
			t.Errorf("%s: HTTP %d", name, resp.StatusCode)
		}
	}
	query := "?transport=longPolling&connectionToken=" + token
	for path, want := range map[string]string{"connect": `{"C":"d-0","S":1,"M":[]}`, "start": `{"Response":"started"}`,
		"poll": `{"C":"d-0","M":[]}`, "ping": `{"Response":"pong"}`} {
		if _, body := p.knock(t, knock{"POST", "/signalr/" + path + query, "localhost:PORT", login, form, "messageId=d-0", nil}); strings.TrimSpace(body) != want {
			t.Errorf("%s: %s", path, body)
		}
	}
	if resp, _ := p.knock(t, knock{"GET", "/signalr/connect?transport=foreverFrame&connectionToken=" + token, "localhost:PORT", login, "", "", nil}); resp.StatusCode != 400 {
		t.Errorf("forever-frame: HTTP %d", resp.StatusCode)
	}
	p.knock(t, knock{"POST", "/signalr/abort" + query, "localhost:PORT", login, "", "", nil})
	if resp, _ := p.send(t, token, "localhost:PORT", login, call); resp.StatusCode != 400 {
		t.Errorf("after abort: HTTP %d", resp.StatusCode)
	}
}

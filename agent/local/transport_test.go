package local

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/smartcard-connect/smartcard-connect/agent/signin"
)

// queued is a sign-in that is told of two places and then of its end.
func queued(p *porch) {
	p.door.SignIn = func(_ context.Context, w Wish) signin.Result {
		for at := 2; at > 0; at-- {
			w.Tell(at)
		}
		return signin.Result{Ticket: "ticket-0123456789-abcdef"}
	}
}

// authCall is the invocation of a sign-in.
func authCall() string {
	argument := base64.StdEncoding.EncodeToString([]byte(strict))
	return `{"H":"authenticationhub","M":"requestToAuthenticate","A":["` + argument + `"],"I":0}`
}

func (p *porch) negotiated(t *testing.T, origin string) negotiation {
	t.Helper()
	_, raw := p.knock(t, knock{"GET", "/signalr/negotiate?clientProtocol=2.1&connectionData=%5B%5D", "localhost:PORT", origin, "", "", nil})
	var n negotiation
	if err := json.Unmarshal([]byte(raw), &n); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return n
}

func query(transport, token string) string {
	return "?transport=" + transport + "&clientProtocol=2.1&connectionData=%5B%5D&connectionToken=" + url.QueryEscape(token)
}

// dial opens a web socket as a page of origin would.
func (p *porch) dial(t *testing.T, step, token, origin string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	s, resp, err := websocket.Dial(t.Context(), fmt.Sprintf("ws://127.0.0.1:%d/signalr/%s%s", p.door.Port, step, query("webSockets", token)),
		&websocket.DialOptions{Host: fmt.Sprintf("localhost:%d", p.door.Port), HTTPHeader: http.Header{"Origin": {origin}}})
	if err == nil {
		t.Cleanup(func() { _ = s.CloseNow() })
	}
	return s, resp, err
}

// frame is the next text of a socket.
func frame(t *testing.T, s *websocket.Conn) string {
	t.Helper()
	_, raw, err := s.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

// progressOf wants a progress message for invocation 0 with the last place.
func progressOf(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(text, `"M":[{"I":"P|0","P":{"I":"0","D":{"position":`) {
		t.Errorf("no progress: %s", text)
	}
}

// Requirement: over web sockets the result and the place in the queue come as
// frames, and a page that is not the one that negotiated gets none (PROTOCOL.md
// §3; SignalR 2 webSockets). Turned red by: a result that only /send gives, or
// looking the token up alone.
func TestWebSocket(t *testing.T) {
	p := newPorch(t, queued)
	n := p.negotiated(t, login)
	if !n.TryWebSockets || n.KeepAliveTimeout != 20 {
		t.Errorf("negotiated %+v", n)
	}
	if _, resp, err := p.dial(t, "connect", n.ConnectionToken, signer); err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("another page's socket: %v", err)
	}
	if _, resp, err := p.dial(t, "connect", n.ConnectionToken, "https://evil.example"); err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger's socket: %v", err)
	}
	s, _, err := p.dial(t, "connect", n.ConnectionToken, login)
	if err != nil {
		t.Fatal(err)
	}
	if got := frame(t, s); got != `{"C":"d-0","S":1,"M":[]}` {
		t.Errorf("first %s", got)
	}
	if err := s.Write(t.Context(), websocket.MessageText, []byte(authCall())); err != nil {
		t.Fatal(err)
	}
	text := frame(t, s)
	for ; !strings.Contains(text, `"R":`); text = frame(t, s) {
		progressOf(t, text) // a place that the result overtakes is not told
	}
	if !strings.Contains(text, `"I":"0"`) || !strings.Contains(text, "ticket-0123456789-abcdef") {
		t.Errorf("result %s", text)
	}
	if err := s.Write(t.Context(), websocket.MessageText, []byte("not JSON")); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = s.Read(t.Context())
	}
	if websocket.CloseStatus(err) != websocket.StatusInvalidFramePayloadData {
		t.Errorf("a malformed frame: %v", err)
	}
	if s, _, err = p.dial(t, "reconnect", n.ConnectionToken, login); err != nil {
		t.Fatal(err)
	}
	if got := frame(t, s); got != `{"C":"d-0","M":[]}` {
		t.Errorf("reconnected %s", got)
	}
}

// Requirement: a page that closes its socket takes its sign-in with it, so that
// nobody types for a page that is gone. Turned red by: a context that outlives
// the socket.
func TestSocketTakesItsCallsAlong(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan struct{})
	p := newPorch(t, func(p *porch) {
		p.door.SignIn = func(ctx context.Context, _ Wish) signin.Result {
			close(begun)
			<-ctx.Done()
			close(ended)
			return signin.Result{Status: signin.Cancelled}
		}
	})
	s, _, err := p.dial(t, "connect", p.negotiated(t, login).ConnectionToken, login)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), websocket.MessageText, []byte(authCall())); err != nil {
		t.Fatal(err)
	}
	<-begun
	_ = s.CloseNow()
	<-ended
}

// Requirement: over server-sent events the place in the queue comes as events
// and the result in the reply to /send; reconnecting and abort work (PROTOCOL.md
// §3; SignalR 2 serverSentEvents). Turned red by: an event stream that is only
// flushed at its end, or one that outlives abort.
func TestServerSentEvents(t *testing.T) {
	p := newPorch(t, queued)
	token := p.negotiated(t, login).ConnectionToken
	lines := p.listen(t, "connect", token)
	for _, want := range []string{"data: initialized", `data: {"C":"d-0","S":1,"M":[]}`} {
		if got := lines(); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	path := "/signalr/send" + query("serverSentEvents", token)
	if _, body := p.knock(t, knock{"POST", path, "localhost:PORT", login, form, "data=" + url.QueryEscape(authCall()), nil}); !strings.Contains(body, "ticket-0123456789-abcdef") {
		t.Errorf("result %s", body)
	}
	again := p.listen(t, "reconnect", token)
	if got := again(); got != "data: initialized" {
		t.Errorf("reconnected %q", got)
	}
	if got := again(); got != `data: {"C":"d-0","M":[]}` {
		t.Errorf("reconnected %q", got)
	}
	p.knock(t, knock{"POST", "/signalr/abort" + query("serverSentEvents", token), "localhost:PORT", login, "", "", nil})
	for again() != "" {
	}
	if resp, _ := p.send(t, token, "localhost:PORT", login, authCall()); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("after abort: HTTP %d", resp.StatusCode)
	}
}

// listen opens an event stream; each call is its next line that is not empty,
// or the empty one at its end.
func (p *porch) listen(t *testing.T, step, token string) func() string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/signalr/"+step+query("serverSentEvents", token), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = fmt.Sprintf("localhost:%d", p.door.Port)
	r.Header.Set("Origin", login)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		t.Fatalf("HTTP %d %s", resp.StatusCode, kind)
	}
	in := bufio.NewScanner(resp.Body)
	return func() string {
		for in.Scan() {
			if in.Text() != "" {
				return in.Text()
			}
		}
		return ""
	}
}

// Requirement: a poll brings the newest place of each invocation, once, and a
// page that never polls holds one entry for each (PROTOCOL.md §3, slow
// readers). Turned red by: a list that grows with what nobody reads.
func TestPollBringsPlaces(t *testing.T) {
	p := newPorch(t)
	token := p.negotiated(t, login).ConnectionToken
	c := p.door.hub.connections[token]
	for at := 100; at > 0; at-- {
		p.door.hub.tell(c, "0", at)
	}
	poll := knock{"POST", "/signalr/poll" + query("longPolling", token), "localhost:PORT", login, form, "messageId=d-0&groupsToken=x", nil}
	if _, body := p.knock(t, poll); strings.TrimSpace(body) != `{"C":"d-1","M":[{"I":"P|0","P":{"I":"0","D":{"position":1}}}]}` {
		t.Errorf("%s", body)
	}
	if _, body := p.knock(t, poll); strings.TrimSpace(body) != `{"C":"d-1","M":[]}` {
		t.Errorf("then %s", body)
	}
}

// Requirement: pages that leave without a word do not use up the hub, and one
// page's connections and invocations are bounded (PROTOCOL.md §3). Turned red
// by: refusing the newest instead of dropping the page's own oldest.
func TestHubIsBounded(t *testing.T) {
	p := newPorch(t)
	first := p.negotiated(t, login).ConnectionToken
	for range 2 * maxConnections {
		p.negotiated(t, login)
	}
	if len(p.door.hub.connections) != maxOfOrigin {
		t.Errorf("%d connections", len(p.door.hub.connections))
	}
	if resp, _ := p.send(t, first, "localhost:PORT", login, authCall()); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("the oldest still lives: HTTP %d", resp.StatusCode)
	}
	c := p.door.hub.connections[p.negotiated(t, login).ConnectionToken]
	for i := range maxCalls + 1 {
		if _, err := p.door.hub.call(c, fmt.Sprint(i), p.door.now); (err != nil) != (i == maxCalls) {
			t.Errorf("invocation %d: %v", i, err)
		}
	}
}

// Requirement: a page asks where its own sign-in is, and nobody else's
// (PROTOCOL.md §4). Turned red by: looking the id up alone.
func TestPlace(t *testing.T) {
	p := newPorch(t, func(p *porch) {
		p.door.Position = func(origin, asked string) (int, bool) { return 3, origin == login && asked == id }
	})
	for _, c := range []struct {
		origin, id string
		code       int
		body       string
	}{
		{login, id, 200, `{"position":3,"version":1}`},
		{login, "transaction-other-0123", 404, ""},
		{signer, id, 403, ""},
	} {
		resp, body := p.knock(t, knock{"GET", "/v1/requests/" + c.id, "localhost:PORT", c.origin, "", "", nil})
		if resp.StatusCode != c.code || (c.body != "" && strings.TrimSpace(body) != c.body) {
			t.Errorf("%s %s: HTTP %d %s", c.origin, c.id, resp.StatusCode, body)
		}
	}
}

// Requirement: a preflight that names an address space is answered for known
// pages only (PROTOCOL.md §4; WICG Private Network Access). Turned red by: the
// header on a refusal, or none.
func TestPreflightOfAnAddressSpace(t *testing.T) {
	for _, space := range []string{"Private-Network", "Local-Network"} {
		for _, path := range []string{"/v1/authenticate", "/signalr/send"} {
			for origin, want := range map[string]string{login: "true", "https://evil.example": ""} {
				resp, _ := newPorch(t).knock(t, knock{"OPTIONS", path, "localhost:PORT", origin, "", "", map[string]string{"Access-Control-Request-" + space: "true"}})
				if got := resp.Header.Get("Access-Control-Allow-" + space); got != want {
					t.Errorf("%s for %s at %s: %q", space, origin, path, got)
				}
			}
		}
	}
}

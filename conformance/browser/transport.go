package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// The transports of classic SignalR that keep a stream open.
const (
	ServerSentEvents = "serverSentEvents"
	WebSockets       = "webSockets"
)

// Transports are all that a hub has.
var Transports = []string{"longPolling", ServerSentEvents, WebSockets}

// HubBy calls one method of one hub by the given transport and returns its
// result (protocol §3).
func (b *Browser) HubBy(ctx context.Context, k Knock, transport, hub, method, argument string) (json.RawMessage, error) {
	k.Transport = transport
	switch transport {
	case ServerSentEvents:
		return b.byEvents(ctx, k, hub, method, argument)
	case WebSockets:
		return b.bySocket(ctx, k, hub, method, argument)
	}
	return b.Hub(ctx, k, hub, method, argument)
}

// Negotiate is the hub's first answer, as it comes.
func (b *Browser) Negotiate(ctx context.Context, k Knock) (map[string]any, error) {
	n := map[string]any{}
	return n, b.signalR(ctx, k, http.MethodGet, "negotiate", "", nil, &n)
}

func (b *Browser) token(ctx context.Context, k Knock) (string, error) {
	n, err := b.Negotiate(ctx, k)
	token, _ := n["ConnectionToken"].(string)
	return token, err
}

// byEvents opens the event stream, waits for its first two events and sends.
func (b *Browser) byEvents(ctx context.Context, k Knock, hub, method, argument string) (json.RawMessage, error) {
	token, err := b.token(ctx, k)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := b.stream(ctx, k, token)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	in := bufio.NewScanner(resp.Body)
	for _, want := range []string{"data: initialized", `data: {"C":`} {
		line := ""
		for line == "" && in.Scan() {
			line = in.Text()
		}
		if !strings.HasPrefix(line, want) {
			return nil, fmt.Errorf("the event stream says %q, not %q", line, want)
		}
	}
	if err := b.signalR(ctx, k, http.MethodGet, "start", token, nil, &struct{}{}); err != nil {
		return nil, err
	}
	return b.Send(ctx, k, token, hub, method, argument)
}

func (b *Browser) stream(ctx context.Context, k Knock, token string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.base()+"/signalr/connect?"+k.query(token).Encode(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Origin", k.Origin)
	req.Header.Set("Accept", "text/event-stream")
	resp, err := b.client.Do(req)
	if err == nil && resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, Refused{resp.StatusCode, "the event stream"}
	}
	return resp, err
}

// bySocket opens a web socket, invokes by a frame and waits for the result's.
func (b *Browser) bySocket(ctx context.Context, k Knock, hub, method, argument string) (json.RawMessage, error) {
	token, err := b.token(ctx, k)
	if err != nil {
		return nil, err
	}
	s, resp, err := websocket.Dial(ctx, k.base()+"/signalr/connect?"+k.query(token).Encode(),
		&websocket.DialOptions{HTTPClient: b.client, HTTPHeader: http.Header{"Origin": {k.Origin}}, Host: k.Host})
	if err != nil && resp != nil {
		return nil, Refused{resp.StatusCode, err.Error()}
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.CloseNow() }()
	if err := b.signalR(ctx, k, http.MethodGet, "start", token, nil, &struct{}{}); err != nil {
		return nil, err
	}
	if err := wsjson.Write(ctx, s, map[string]any{"H": hub, "M": method, "A": []string{argument}, "I": 0}); err != nil {
		return nil, err
	}
	for {
		var frame struct {
			R json.RawMessage
			E string
		}
		switch err := wsjson.Read(ctx, s, &frame); {
		case err != nil:
			return nil, err
		case frame.E != "":
			return nil, fmt.Errorf("the hub answers: %s", frame.E)
		case frame.R != nil:
			return frame.R, nil
		}
	}
}

// query is what every step of a connection says.
func (k Knock) query(token string) url.Values {
	q := url.Values{"clientProtocol": {"2.1"}, "connectionData": {"[]"}}
	if token != "" {
		q.Set("transport", "longPolling")
		q.Set("connectionToken", token)
		if k.Transport != "" {
			q.Set("transport", k.Transport)
		}
	}
	return q
}

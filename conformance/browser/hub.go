package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Hub calls one method of one hub and returns its result: classic SignalR 2
// over long polling, as the public clients speak it (protocol §3).
func (b *Browser) Hub(ctx context.Context, k Knock, hub, method, argument string) (json.RawMessage, error) {
	token, err := b.Connect(ctx, k)
	if err != nil {
		return nil, err
	}
	return b.Send(ctx, k, token, hub, method, argument)
}

// Send invokes a method over an open connection.
func (b *Browser) Send(ctx context.Context, k Knock, token, hub, method, argument string) (json.RawMessage, error) {
	data, err := json.Marshal(map[string]any{"H": hub, "M": method, "A": []string{argument}, "I": 0})
	if err != nil {
		return nil, err
	}
	var reply struct {
		R json.RawMessage
		E string
	}
	err = b.signalR(ctx, k, http.MethodPost, "send", token, url.Values{"data": {string(data)}}, &reply)
	if err == nil && reply.E != "" {
		err = fmt.Errorf("the hub answers: %s", reply.E)
	}
	return reply.R, err
}

// Poll waits for what the hub has to say, as it comes. It observes ctx.
func (b *Browser) Poll(ctx context.Context, k Knock, token string) (string, error) {
	var raw json.RawMessage
	err := b.signalR(ctx, k, http.MethodPost, "poll", token, url.Values{"messageId": {"d-0"}}, &raw)
	return string(raw), err
}

// Connect negotiates, connects and starts, and returns the connection's token.
func (b *Browser) Connect(ctx context.Context, k Knock) (token string, err error) {
	var n struct{ ConnectionToken string }
	if err := b.signalR(ctx, k, http.MethodGet, "negotiate", "", nil, &n); err != nil {
		return "", err
	}
	if err := b.signalR(ctx, k, http.MethodPost, "connect", n.ConnectionToken, nil, &struct{}{}); err != nil {
		return "", err
	}
	return n.ConnectionToken, b.signalR(ctx, k, http.MethodGet, "start", n.ConnectionToken, nil, &struct{}{})
}

func (b *Browser) signalR(ctx context.Context, k Knock, method, step, token string, form url.Values, out any) error {
	r := request{method: method, url: k.base() + "/signalr/" + step + "?" + k.query(token).Encode(), body: form.Encode(), origin: k.Origin, host: k.Host}
	if method == http.MethodPost {
		r.contentType = "application/x-www-form-urlencoded; charset=UTF-8"
	}
	p, err := b.once(ctx, r)
	if err != nil {
		return err
	}
	if p.Status != http.StatusOK {
		return Refused{p.Status, p.Body}
	}
	if err := json.Unmarshal([]byte(p.Body), out); err != nil {
		return fmt.Errorf("%s answers no JSON: %w", step, err)
	}
	return nil
}

// Argument is the one string a hub method takes: base64 of JSON.
func Argument(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("browser: argument: " + err.Error()) // only values of ours come here
	}
	return base64.StdEncoding.EncodeToString(raw)
}

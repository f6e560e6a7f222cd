package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// patience is for one request, not for the switching.
const patience = 10 * time.Second

// HTTP is a switch that speaks our protocol: see PROTOCOL.md.
type HTTP struct {
	URL       string
	TokenFile string
	Client    *http.Client // nil is the default
}

var _ Switch = HTTP{}

// Bring asks for a card.
func (h HTTP) Bring(ctx context.Context, card, reader string) error {
	return h.do(ctx, http.MethodPut, "/v1/readers/"+reader+"/card", map[string]string{"card": card}, nil)
}

// Take asks for an empty reader.
func (h HTTP) Take(ctx context.Context, reader string) error {
	return h.do(ctx, http.MethodDelete, "/v1/readers/"+reader+"/card", nil, nil)
}

// Look asks how a reader is.
func (h HTTP) Look(ctx context.Context, reader string) (State, error) {
	var s State
	return s, h.do(ctx, http.MethodGet, "/v1/readers/"+reader, nil, &s)
}

// do makes one request. What the other side says about a failure is kept.
func (h HTTP) do(ctx context.Context, method, path string, in, out any) error {
	err := h.request(ctx, method, path, in, out)
	if err != nil {
		return fmt.Errorf("%w: %s %s: %w", ErrSwitch, method, path, err)
	}
	return nil
}

func (h HTTP) request(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(h.URL, "/")+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if h.TokenFile != "" {
		raw, err := os.ReadFile(h.TokenFile)
		if err != nil {
			return err
		}
		line, _, _ := strings.Cut(string(raw), "\n")
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(line))
	}
	resp, err := h.client().Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(answer))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// client follows no redirects: the token is for this server only.
func (h HTTP) client() *http.Client {
	c := http.Client{}
	if h.Client != nil {
		c = *h.Client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

package drawer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// ErrNobody is wrapped when no drawer answers.
var ErrNobody = errors.New("drawer: none answers")

// Client asks a running drawer through its door. What moves or changes something
// returns the State after it.
type Client struct {
	URL string // of the door, "http://127.0.0.1:8642"
}

// State is what is where.
func (c Client) State(ctx context.Context) (State, error) {
	return c.ask(ctx, http.MethodGet, nil, "drawer")
}

// Insert puts a card into a reader.
func (c Client) Insert(ctx context.Context, card string, reader int) (State, error) {
	return c.ask(ctx, http.MethodPost, map[string]string{"card": card}, "readers", strconv.Itoa(reader), "insert")
}

// Remove takes the card out of a reader.
func (c Client) Remove(ctx context.Context, reader int) (State, error) {
	return c.ask(ctx, http.MethodPost, nil, "readers", strconv.Itoa(reader), "remove")
}

// Swap puts another card into a reader, or the next one for an empty ID.
func (c Client) Swap(ctx context.Context, card string, reader int) (State, error) {
	return c.ask(ctx, http.MethodPost, map[string]string{"card": card}, "readers", strconv.Itoa(reader), "swap")
}

// Inject puts a fault on a card.
func (c Client) Inject(ctx context.Context, card, fault string) (State, error) {
	return c.ask(ctx, http.MethodPost, map[string]string{"id": fault}, "cards", card, "faults")
}

// Heal takes all faults off a card.
func (c Client) Heal(ctx context.Context, card string) (State, error) {
	return c.ask(ctx, http.MethodDelete, nil, "cards", card, "faults")
}

// Reset makes a card as personalised.
func (c Client) Reset(ctx context.Context, card string) (State, error) {
	return c.ask(ctx, http.MethodPost, nil, "cards", card, "reset")
}

// ask is one request. An answer of the door that refuses is its own text.
func (c Client) ask(ctx context.Context, method string, in any, path ...string) (State, error) {
	var s State
	address, err := url.Parse(c.URL)
	if err != nil {
		return s, err
	}
	var escaped []string
	for _, p := range path {
		escaped = append(escaped, url.PathEscape(p))
	}
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return s, err
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, address.JoinPath(escaped...).String(), body)
	if err != nil {
		return s, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return s, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 16<<20))
	if err != nil {
		return s, err
	}
	if answer.StatusCode != http.StatusOK {
		var refusal struct{ Error string }
		_ = json.Unmarshal(raw, &refusal)
		if refusal.Error == "" {
			refusal.Error = answer.Status
		}
		return s, errors.New(refusal.Error)
	}
	return s, json.Unmarshal(raw, &s)
}

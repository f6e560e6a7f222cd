package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// ErrNobody is wrapped when no control door answers.
var ErrNobody = errors.New("no mockcis2 answers at its control address")

// Client asks a running provider through its control door.
type Client struct {
	URL string // of the door, "http://127.0.0.1:9481"
}

// Ask is one request with a JSON body, or none for nil, and reads the JSON
// answer into out unless that is nil. A refusal is the door's own text.
func (c Client) Ask(ctx context.Context, method string, in, out any, path ...string) error {
	address, err := url.Parse(c.URL)
	if err != nil {
		return err
	}
	for i := range path {
		path[i] = url.PathEscape(path[i])
	}
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, address.JoinPath(path...).String(), body)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNobody, err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return refusal(raw, answer.Status)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

func refusal(raw []byte, status string) error {
	var r struct{ Error string }
	if json.Unmarshal(raw, &r) != nil || r.Error == "" {
		r.Error = status
	}
	return errors.New(r.Error)
}

// As completes a transaction as a person: a shortcut.Visit's Complete.
func (c Client) As(uuid, role string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, transaction string) (string, error) {
		body := map[string]string{"uuid": uuid}
		if role != "" {
			body["role"] = role
		}
		var on struct {
			URL string `json:"resume_url"`
		}
		err := c.Ask(ctx, http.MethodPost, body, &on, "transactions", transaction, "complete")
		return on.URL, err
	}
}

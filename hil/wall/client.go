package wall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
	"github.com/smartcard-connect/smartcard-connect/hil/why"
)

// Client is the API of a hub for programs. Login comes first.
type Client struct {
	URL  string       // such as https://hub.example.org:8443
	HTTP *http.Client // nil is one with half a minute of patience
	key  string
}

// ErrHub is wrapped by what a hub answers instead of what was asked.
var ErrHub = errors.New("the hub refuses")

// Login gets a session. A password goes to https, or to this machine, only.
func (c *Client) Login(ctx context.Context, name string, password []byte) error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" {
		return fmt.Errorf("hub %q is no address such as https://hub.example.org", c.URL)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1") {
		return fmt.Errorf("hub %s: a password goes over a network with https only", c.URL)
	}
	var got struct{ Token string }
	err = c.call(ctx, http.MethodPost, "/api/login", map[string]string{"name": name, "password": string(password)}, &got)
	c.key = got.Token
	return err
}

// State is the farm.
func (c *Client) State(ctx context.Context) (s watch.State, err error) {
	err = c.call(ctx, http.MethodGet, "/api/state", nil, &s)
	return s, err
}

// Why is why a cell stands where it does.
func (c *Client) Why(ctx context.Context, run, cell string) (a why.Answer, err error) {
	err = c.call(ctx, http.MethodGet, join("api", "runs", run, "cells", cell, "why"), nil, &a)
	return a, err
}

// Rerun has a cell run again, and says what the hub said.
func (c *Client) Rerun(ctx context.Context, run, cell, reason string) (string, error) {
	var got struct{ Done string }
	err := c.call(ctx, http.MethodPost, join("api", "runs", run, "cells", cell, "rerun"), wish{Reason: reason}, &got)
	return got.Done, err
}

// Order has something done with a device: a verb of the API such as reserve, for so
// long and with a card where that is said. It returns what the hub said.
func (c *Client) Order(ctx context.Context, d farm.Device, verb string, o Order) (string, error) {
	var got struct{ Done string }
	err := c.call(ctx, http.MethodPost, join("api", "devices", d.Host, d.Kind, d.ID, verb), wish{Reason: o.Reason, Minutes: int(o.For / time.Minute), Card: o.Card}, &got)
	return got.Done, err
}

// Order says more of an order.
type Order struct {
	Reason string
	For    time.Duration // of a reservation, in whole minutes; 0 is an hour
	Card   string        // serial of the one that is meant
}

// Answer says that what people were asked was done, or that it will not be and why.
func (c *Client) Answer(ctx context.Context, id string, done bool, reason string) (string, error) {
	what := "refused"
	if done {
		what = "done"
	}
	var got struct{ Done string }
	err := c.call(ctx, http.MethodPost, join("api", "requests", id, what), wish{Reason: reason}, &got)
	return got.Done, err
}

// Logout ends the session.
func (c *Client) Logout(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/api/logout", nil, nil)
}

func (c *Client) call(ctx context.Context, method, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		raw = nil
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	client := c.HTTP
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		var said struct{ Error string }
		if json.Unmarshal(got, &said) != nil || said.Error == "" {
			said.Error = answer.Status
		}
		return fmt.Errorf("%w: %s", ErrHub, said.Error)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(got, into)
}

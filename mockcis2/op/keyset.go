package op

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// How long a client's key set is believed, and how soon an unknown kid may make
// it be read again, on the provider's clock.
const (
	keySetLife  = 5 * time.Minute
	keySetPause = 10 * time.Second
)

// keySets reads key sets from where clients publish them. fosite's own retries
// for seconds, follows anything anywhere and knows no clock but the machine's.
type keySets struct {
	http *http.Client
	now  func() time.Time
	mu   *sync.Mutex
	seen map[string]keySet
}

type keySet struct {
	jose.JSONWebKeySet
	at time.Time
}

func newKeySets(c *http.Client, now func() time.Time) keySets {
	if c == nil {
		c = &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("a jwks_uri does not redirect")
		}}
	}
	return keySets{c, now, &sync.Mutex{}, map[string]keySet{}}
}

// of are a client's keys: those registered, or those published.
func (k keySets) of(ctx context.Context, c Client, kid string) (jose.JSONWebKeySet, error) {
	if c.KeysURI == "" {
		return c.Keys, nil
	}
	now := k.now()
	k.mu.Lock()
	set, ok := k.seen[c.KeysURI]
	k.mu.Unlock()
	age := now.Sub(set.at).Abs()
	if ok && age < keySetLife && (kid == "" || len(set.Key(kid)) > 0 || age < keySetPause) {
		return set.JSONWebKeySet, nil
	}
	fresh, err := k.fetch(ctx, c.KeysURI)
	if err != nil {
		return fresh, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.seen) >= 1000 {
		clear(k.seen)
	}
	k.seen[c.KeysURI] = keySet{fresh, now}
	return fresh, nil
}

func (k keySets) fetch(ctx context.Context, uri string) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	u, err := url.Parse(uri)
	if err != nil || !secure(ctx, u) {
		return set, fmt.Errorf("jwks_uri %q is neither https nor on this machine", uri)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return set, err
	}
	answer, err := k.http.Do(r)
	if err != nil {
		return set, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return set, fmt.Errorf("jwks_uri answered %d", answer.StatusCode)
	}
	return set, json.NewDecoder(io.LimitReader(answer.Body, largest)).Decode(&set)
}

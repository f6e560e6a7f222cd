package op

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Bounds of fetching a client's keys.
const (
	keysAge   = time.Minute     // after which they are fetched again
	keysWait  = 5 * time.Second // for the answer
	keysBytes = 1 << 18
)

// remoteKeys are the key sets at the clients' jwks_uri. The zero value is
// ready.
type remoteKeys struct {
	mu   sync.Mutex
	sets map[string]remoteSet
}

type remoteSet struct {
	keys jose.JSONWebKeySet
	at   time.Time
}

// keys are a client's: registered, or at its jwks_uri, as of the last minute.
func (e *Engine) keys(ctx context.Context, c Client) (jose.JSONWebKeySet, error) {
	if c.KeysURI == "" {
		return c.Keys, nil
	}
	r, now := &e.remote, e.now()
	r.mu.Lock()
	set, ok := r.sets[c.KeysURI]
	r.mu.Unlock()
	if ok && now.Sub(set.at).Abs() < keysAge {
		return set.keys, nil
	}
	keys, err := fetchKeys(ctx, c.KeysURI)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sets == nil || len(r.sets) > 1000 {
		r.sets = map[string]remoteSet{}
	}
	r.sets[c.KeysURI] = remoteSet{keys, now}
	return keys, nil
}

// fetchKeys follows no redirect: it would lead away from what was registered.
func fetchKeys(ctx context.Context, uri string) (set jose.JSONWebKeySet, err error) {
	ctx, cancel := context.WithTimeout(ctx, keysWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return set, err
	}
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := stay.Do(r)
	if err != nil {
		return set, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return set, fmt.Errorf("%s answered %s", uri, answer.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, keysBytes+1))
	if err == nil && len(raw) > keysBytes {
		err = errors.New("the key set is too long")
	}
	if err != nil {
		return set, err
	}
	return set, json.Unmarshal(raw, &set)
}

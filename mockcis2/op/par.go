package op

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// pushedLife is how long a pushed request waits for its browser, and
// pushedPrefix how its name begins (RFC 9126 section 2.2).
const (
	pushedLife   = 90 * time.Second
	pushedPrefix = "urn:ietf:params:oauth:request_uri:"
)

// pushed is a request that was pushed. No secret is in its form.
type pushed struct {
	client string
	form   url.Values
	ends   time.Time
	used   bool
	seen   bool // by a browser, for the fault PushedBurnt
}

// PAR is {issuer}/par, where the mode has it. fosite's own stores secrets and
// forgets the request before it looks whose it is.
type PAR struct{ Engine *Engine }

// ServeHTTP answers POST {issuer}/par (RFC 9126 §2).
func (h PAR) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := h.Engine
	if e.cors(w, r, "POST") || !form(w, r) {
		return
	}
	p, err := e.proof(w, r, "")
	if err != nil {
		refused(w, r, err)
		return
	}
	client, err := e.authenticate(r.Context(), r, r.PostForm)
	if err != nil {
		refused(w, r, err)
		return
	}
	if r.PostForm.Has("request_uri") {
		writeError(w, http.StatusBadRequest, "invalid_request", "request_uri must not be pushed (RFC 9126 section 2.1).")
		return
	}
	asked := strip(r.PostForm, client.GetID())
	if p != nil {
		if jkt := asked.Get("dpop_jkt"); jkt != "" && jkt != p.jkt {
			writeError(w, http.StatusBadRequest, "invalid_dpop_proof", "dpop_jkt is not the key of the proof.")
			return
		}
		asked.Set("dpop_jkt", p.jkt)
	}
	if _, _, err := e.ask(r, clone(asked)); err != nil {
		refused(w, r, err)
		return
	}
	secret, err := random(e.Rand, 32)
	if err != nil {
		refused(w, r, fosite.ErrServerError)
		return
	}
	e.store.push(pushedPrefix+secret, &pushed{client: client.GetID(), form: asked, ends: e.now().Add(pushedLife)})
	writeJSON(w, http.StatusCreated, map[string]any{"request_uri": pushedPrefix + secret, "expires_in": int(pushedLife.Seconds())})
}

// strip is a pushed form without what authenticated it.
func strip(form url.Values, client string) url.Values {
	asked := clone(form)
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		asked.Del(name)
	}
	asked.Set("client_id", client)
	return asked
}

func clone(form url.Values) url.Values {
	c := maps.Clone(form)
	for name := range c {
		c[name] = slices.Clone(c[name])
	}
	return c
}

func (s *store) push(uri string, p *pushed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	s.pushed.put(uri, p)
}

// recall is the form of a pushed request, for its own client and until a code
// came of it: reloading the login page before that does no harm (FAPI 2.0
// section 5.3.2.2).
func (s *store) recall(ctx context.Context, uri, client string) (url.Values, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pushed.get(uri)
	if !ok || !s.faults.On(ctx, fault.PushedUnchecked) && (p.client != client || p.used || !s.now().Before(p.ends)) {
		return nil, false
	}
	if s.faults.On(ctx, fault.PushedBurnt) {
		if p.seen {
			return nil, false
		}
		p.seen = true
	}
	return clone(p.form), true
}

// spend ends a pushed request. Of two browsers with one request, one wins.
func (s *store) spend(ctx context.Context, uri string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pushed.get(uri)
	if !ok || p.used && !s.faults.On(ctx, fault.PushedUnchecked) {
		return false
	}
	p.used = true
	return true
}

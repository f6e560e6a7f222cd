package op

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// store keeps clients, codes, tokens and used assertion ids in memory, each on
// a shelf with limited room and no longer than they live. It hydrates the
// session that fosite passes in, so that an expired code is invalid_grant, and
// keeps a code's PKCE record until the code is spent, so that a wrong verifier
// cannot be followed by none.
type store struct {
	mode   *Mode
	faults *fault.Set
	now    func() time.Time

	door    sync.RWMutex       // of clients
	clients map[string]*Client // never changed, only replaced

	mu      sync.Mutex // of all below
	codes   *shelf[*code]
	access  *shelf[fosite.Requester]
	refresh *shelf[*refresh]
	pushed  *shelf[*pushed]
	jtis    *shelf[time.Time]
	ended   *shelf[time.Time] // authorizations that are over: no token of theirs is kept any more
	swept   time.Time
}

// code is an authorization code, spent or not.
type code struct {
	fosite.Requester
	pkce, openid fosite.Requester
	used         bool
	ends         time.Time
}

// refresh is a refresh token; one that was used stays to be recognized.
type refresh struct {
	fosite.Requester
	used bool
}

func newStore(s Settings, mode *Mode) *store {
	st := &store{mode: mode, faults: s.Faults, now: s.Now, clients: map[string]*Client{},
		codes: newShelf[*code](s.Remember), access: newShelf[fosite.Requester](s.Remember), refresh: newShelf[*refresh](s.Remember),
		pushed: newShelf[*pushed](s.Remember), jtis: newShelf[time.Time](8 * s.Remember), ended: newShelf[time.Time](s.Remember)}
	for _, c := range s.Clients {
		st.clients[c.ID] = &c
	}
	return st
}

func (s *store) client(id string) (Client, bool) {
	if c := s.find(id); c != nil {
		return *c, true
	}
	return Client{}, false
}

// find is the client of this name, or nil. It must not be changed.
func (s *store) find(id string) *Client {
	s.door.RLock()
	defer s.door.RUnlock()
	return s.clients[id]
}

func (s *store) setClient(c Client) {
	s.door.Lock()
	defer s.door.Unlock()
	s.clients[c.ID] = &c
}

func (s *store) dropClient(id string) bool {
	s.door.Lock()
	defer s.door.Unlock()
	_, ok := s.clients[id]
	delete(s.clients, id)
	return ok
}

func (s *store) allClients() []Client {
	s.door.RLock()
	defer s.door.RUnlock()
	all := make([]Client, 0, len(s.clients))
	for _, c := range s.clients {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Client) int { return strings.Compare(a.ID, b.ID) })
	return all
}

func (s *store) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	c := s.find(id)
	if c == nil && s.faults.On(ctx, fault.AnyClient) {
		c = s.open(ctx, id)
	}
	if c == nil {
		return nil, fosite.ErrNotFound
	}
	if r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request); ok && (s.mode.Lax.AnyRedirect || s.faults.On(ctx, fault.RedirectUnchecked)) {
		own := *c
		own.RedirectURIs = []string{r.Form.Get("redirect_uri")}
		c = &own
	}
	return registered{c, s.mode}, nil
}

// open makes up a client that nobody registered, for the fault AnyClient.
func (s *store) open(ctx context.Context, id string) *Client {
	r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request)
	if !ok {
		return nil
	}
	return &Client{ID: id, Name: id, RedirectURIs: []string{r.Form.Get("redirect_uri")}}
}

// useJTI remembers an assertion's id of one client until end. It answers false
// when it was used before: asking and remembering are one step.
func (s *store) useJTI(ctx context.Context, client, jti string, end time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	key := digest(client + "\x00" + jti)
	if _, seen := s.jtis.get(key); seen && !s.faults.On(ctx, fault.AssertionReplay) {
		return false
	}
	s.jtis.put(key, end)
	return true
}

func (s *store) ClientAssertionJWTValid(context.Context, string) error { return errNotUsed }

func (s *store) SetClientAssertionJWT(context.Context, string, time.Time) error { return errNotUsed }

func (s *store) CreateAuthorizeCodeSession(_ context.Context, sig string, r fosite.Requester) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	s.codes.put(sig, &code{Requester: r, ends: r.GetSession().(*session).ends.code})
	return nil
}

func (s *store) GetAuthorizeCodeSession(ctx context.Context, sig string, into fosite.Session) (fosite.Requester, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes.get(sig)
	if !ok {
		return nil, fosite.ErrNotFound
	}
	if c.used {
		return c.Requester, fosite.ErrInvalidatedAuthorizeCode
	}
	hydrate(into, c.Requester)
	answer := lent(c.Requester, into)
	if r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request); ok && s.faults.On(ctx, fault.CodeUnbound) {
		other, _ := s.client(r.PostForm.Get("client_id"))
		answer.Client = registered{&other, s.mode}
	}
	if r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request); ok && s.faults.On(ctx, fault.CodeRedirectUnbound) {
		answer.Form = maps.Clone(answer.Form)
		answer.Form.Set("redirect_uri", r.PostForm.Get("redirect_uri"))
	}
	return answer, nil
}

// own is a copy of a request: fosite writes into the session.
func own(r fosite.Requester) *fosite.Request {
	return &fosite.Request{ID: r.GetID(), RequestedAt: r.GetRequestedAt(), Client: r.GetClient(),
		RequestedScope: slices.Clone(r.GetRequestedScopes()), GrantedScope: slices.Clone(r.GetGrantedScopes()),
		RequestedAudience: slices.Clone(r.GetRequestedAudience()), GrantedAudience: slices.Clone(r.GetGrantedAudience()),
		Form: maps.Clone(r.GetRequestForm()), Session: r.GetSession().(*session).copy()}
}

// lent is a request with another session, for one who only reads the rest.
func lent(r fosite.Requester, s fosite.Session) *fosite.Request {
	return &fosite.Request{ID: r.GetID(), RequestedAt: r.GetRequestedAt(), Client: r.GetClient(),
		RequestedScope: r.GetRequestedScopes(), GrantedScope: r.GetGrantedScopes(),
		RequestedAudience: r.GetRequestedAudience(), GrantedAudience: r.GetGrantedAudience(), Form: r.GetRequestForm(), Session: s}
}

// lean is an authorization request that fosite keeps three times over, each copy
// with other parameters. Its copies are lent: nobody changes them in the store.
type lean struct{ fosite.AuthorizeRequester }

// always are the parameters that fosite keeps whatever else it asks for.
var always = []string{"grant_type", "response_type", "scope", "client_id"}

// Sanitize is a copy with these parameters and no others.
func (l lean) Sanitize(allowed []string) fosite.Requester {
	kept := lent(l, l.GetSession())
	kept.Form = url.Values{}
	for name, v := range l.GetRequestForm() {
		if slices.Contains(allowed, name) || slices.Contains(always, name) {
			kept.Form[name] = v
		}
	}
	return kept
}

// InvalidateAuthorizeCodeSession spends a code; of twenty racers one wins.
func (s *store) InvalidateAuthorizeCodeSession(ctx context.Context, sig string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes.get(sig)
	if !ok || c.used {
		return fosite.ErrInvalidatedAuthorizeCode
	}
	c.used = !s.faults.On(ctx, fault.CodeReusable)
	return nil
}

func (s *store) CreatePKCERequestSession(_ context.Context, sig string, r fosite.Requester) error {
	return s.with(sig, func(c *code) { c.pkce = r })
}

func (s *store) GetPKCERequestSession(ctx context.Context, sig string, _ fosite.Session) (fosite.Requester, error) {
	var r fosite.Requester
	if err := s.with(sig, func(c *code) { r = c.pkce }); err != nil || r == nil || s.faults.On(ctx, fault.PKCEIgnored) {
		return nil, fosite.ErrNotFound
	}
	return r, nil
}

// DeletePKCERequestSession does nothing: the record goes with its code.
func (s *store) DeletePKCERequestSession(context.Context, string) error { return nil }

func (s *store) CreateOpenIDConnectSession(_ context.Context, token string, r fosite.Requester) error {
	return s.with(digest(token), func(c *code) { c.openid = r })
}

func (s *store) GetOpenIDConnectSession(_ context.Context, token string, _ fosite.Requester) (fosite.Requester, error) {
	var r fosite.Requester
	if err := s.with(digest(token), func(c *code) { r = c.openid }); err != nil || r == nil {
		return nil, fosite.ErrNotFound
	}
	session := r.GetSession().(*session).copy() // fosite writes into it
	session.claims.CodeHash = half(token)
	return lent(r, session), nil
}

// DeleteOpenIDConnectSession is fosite's last word about a code: of a spent one
// only what recognizes a second use stays.
func (s *store) DeleteOpenIDConnectSession(_ context.Context, token string) error {
	return s.with(digest(token), func(c *code) {
		if c.used {
			c.Requester, c.pkce, c.openid = &fosite.Request{ID: c.GetID(), Client: c.GetClient()}, nil, nil
		}
	})
}

func (s *store) with(sig string, f func(*code)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes.get(sig)
	if !ok {
		return fosite.ErrNotFound
	}
	f(c)
	return nil
}

// sweep forgets what has expired, at most once a minute. s.mu is held.
func (s *store) sweep() {
	now := s.now()
	if now.Sub(s.swept).Abs() < time.Minute {
		return
	}
	s.swept = now
	// A spent code outlives itself, so that a late second use still revokes.
	s.codes.sweep(func(c *code) bool { return c.ends.Add(time.Hour).Before(now) })
	s.access.sweep(func(r fosite.Requester) bool { return r.GetSession().(*session).ends.access.Before(now) })
	s.refresh.sweep(func(r *refresh) bool { return r.GetSession().(*session).ends.refresh.Before(now) })
	s.pushed.sweep(func(p *pushed) bool { return p.ends.Add(time.Hour).Before(now) })
	s.jtis.sweep(func(end time.Time) bool { return end.Add(time.Minute).Before(now) })
	s.ended.sweep(func(at time.Time) bool { return at.Add(refreshLife).Before(now) })
}

// hydrate fills an empty session. fosite asks a second time with one that
// already carries the access token's end: that one is left alone.
func hydrate(into fosite.Session, from fosite.Requester) {
	if s, ok := into.(*session); ok && s.Person.UUID == "" {
		*s = *from.GetSession().(*session).copy()
	}
}

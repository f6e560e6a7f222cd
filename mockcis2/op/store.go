package op

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// store keeps codes, tokens and used assertion ids in memory until they
// expire. It hydrates the session that fosite passes in, so that an expired
// code is invalid_grant, and keeps a code's PKCE record until the code is
// spent, so that a wrong verifier cannot be followed by none.
type store struct {
	clients *registry
	faults  *fault.Set
	now     func() time.Time

	mu     sync.Mutex
	codes  map[string]*code
	tokens map[string]fosite.Requester
	jtis   map[string]time.Time
	swept  time.Time
}

type code struct {
	fosite.Requester
	pkce, openid fosite.Requester
	used         bool
}

func newStore(clients []Client, faults *fault.Set, now func() time.Time) *store {
	return &store{clients: newRegistry(clients), faults: faults, now: now,
		codes: map[string]*code{}, tokens: map[string]fosite.Requester{}, jtis: map[string]time.Time{}}
}

func (s *store) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	c, ok := s.clients.get(id)
	if !ok && s.faults.On(fault.AnyClient) {
		c, ok = s.open(ctx, id)
	}
	if !ok {
		return nil, fosite.ErrNotFound
	}
	if r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request); ok && s.faults.On(fault.RedirectUnchecked) {
		c.RedirectURIs = []string{r.Form.Get("redirect_uri")}
	}
	return registered{c}, nil
}

// open makes up a client that nobody registered, for the fault AnyClient.
func (s *store) open(ctx context.Context, id string) (Client, bool) {
	r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request)
	if !ok {
		return Client{}, false
	}
	return Client{ID: id, Name: id, RedirectURIs: []string{r.Form.Get("redirect_uri")}}, true
}

// useJTI remembers an assertion's id of one client until end. It answers false
// when it was used before.
func (s *store) useJTI(client, jti string, end time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := client + "\x00" + jti
	if _, seen := s.jtis[key]; seen && !s.faults.On(fault.AssertionReplay) {
		return false
	}
	s.jtis[key] = end
	return true
}

func (s *store) ClientAssertionJWTValid(context.Context, string) error { return nil }

func (s *store) SetClientAssertionJWT(context.Context, string, time.Time) error { return nil }

func (s *store) CreateAuthorizeCodeSession(_ context.Context, sig string, r fosite.Requester) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	s.codes[sig] = &code{Requester: r}
	return nil
}

func (s *store) GetAuthorizeCodeSession(ctx context.Context, sig string, into fosite.Session) (fosite.Requester, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes[sig]
	if !ok {
		return nil, fosite.ErrNotFound
	}
	hydrate(into, c.Requester)
	answer := fosite.NewRequest() // its own copy: fosite writes into the session
	answer.Merge(c.Requester)
	answer.SetID(c.GetID())
	answer.SetSession(c.GetSession().(*session).copy())
	if r, ok := ctx.Value(fosite.RequestContextKey).(*http.Request); ok && s.faults.On(fault.CodeUnbound) {
		c, _ := s.clients.get(r.PostForm.Get("client_id"))
		answer.Client = registered{c}
	}
	if c.used {
		return answer, fosite.ErrInvalidatedAuthorizeCode
	}
	return answer, nil
}

// InvalidateAuthorizeCodeSession spends a code; of twenty racers one wins.
func (s *store) InvalidateAuthorizeCodeSession(_ context.Context, sig string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes[sig]
	if !ok || c.used {
		return fosite.ErrInvalidatedAuthorizeCode
	}
	c.used = !s.faults.On(fault.CodeReusable)
	return nil
}

func (s *store) CreatePKCERequestSession(_ context.Context, sig string, r fosite.Requester) error {
	return s.with(sig, func(c *code) { c.pkce = r })
}

func (s *store) GetPKCERequestSession(_ context.Context, sig string, _ fosite.Session) (fosite.Requester, error) {
	var r fosite.Requester
	if err := s.with(sig, func(c *code) { r = c.pkce }); err != nil || r == nil || s.faults.On(fault.PKCEIgnored) {
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
	own := r.GetSession().(*session).copy()
	own.claims.CodeHash = half(token)
	answer := *fosite.NewRequest()
	answer.Merge(r)
	answer.SetID(r.GetID())
	answer.SetSession(own)
	return &answer, nil
}

func (s *store) DeleteOpenIDConnectSession(context.Context, string) error { return nil }

func (s *store) CreateAccessTokenSession(_ context.Context, sig string, r fosite.Requester) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[sig] = r
	return nil
}

func (s *store) GetAccessTokenSession(_ context.Context, sig string, into fosite.Session) (fosite.Requester, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.tokens[sig]
	if !ok {
		return nil, fosite.ErrNotFound
	}
	hydrate(into, r)
	return r, nil
}

func (s *store) DeleteAccessTokenSession(_ context.Context, sig string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, sig)
	return nil
}

// RevokeAccessToken ends every token of one authorization.
func (s *store) RevokeAccessToken(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sig, r := range s.tokens {
		if r.GetID() == id {
			delete(s.tokens, sig)
		}
	}
	return nil
}

// There are no refresh tokens in CIS2.
func (s *store) CreateRefreshTokenSession(context.Context, string, string, fosite.Requester) error {
	return fosite.ErrServerError
}
func (s *store) GetRefreshTokenSession(context.Context, string, fosite.Session) (fosite.Requester, error) {
	return nil, fosite.ErrNotFound
}
func (s *store) DeleteRefreshTokenSession(context.Context, string) error  { return nil }
func (s *store) RotateRefreshToken(context.Context, string, string) error { return nil }
func (s *store) RevokeRefreshToken(context.Context, string) error         { return nil }

func (s *store) with(sig string, f func(*code)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes[sig]
	if !ok {
		return fosite.ErrNotFound
	}
	f(c)
	return nil
}

// sweep forgets what has expired, at most once a minute.
func (s *store) sweep() {
	now := s.now()
	if now.Sub(s.swept).Abs() < time.Minute {
		return
	}
	s.swept = now
	for sig, c := range s.codes {
		if c.GetSession().(*session).ends[fosite.AuthorizeCode].Add(time.Hour).Before(now) {
			delete(s.codes, sig)
		}
	}
	for sig, r := range s.tokens {
		if r.GetSession().(*session).ends[fosite.AccessToken].Before(now) {
			delete(s.tokens, sig)
		}
	}
	for jti, end := range s.jtis {
		if end.Add(time.Minute).Before(now) {
			delete(s.jtis, jti)
		}
	}
}

// hydrate fills an empty session. fosite asks a second time with one that
// already carries the access token's end: that one is left alone.
func hydrate(into fosite.Session, from fosite.Requester) {
	if s, ok := into.(*session); ok && s.Person.UUID == "" {
		*s = *from.GetSession().(*session).copy()
	}
}

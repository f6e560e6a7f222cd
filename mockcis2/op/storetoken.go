package op

import (
	"context"
	"net/url"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

func (s *store) CreateAccessTokenSession(_ context.Context, sig string, r fosite.Requester) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, over := s.ended.get(r.GetID()); !over { // a second use of the code may have come in between
		kept := lent(r, r.GetSession().(*session).copy())
		kept.Form = url.Values{} // code, verifier and secret are done with
		s.access.put(sig, kept)
	}
	return nil
}

func (s *store) GetAccessTokenSession(_ context.Context, sig string, into fosite.Session) (fosite.Requester, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.access.get(sig)
	if !ok {
		return nil, fosite.ErrNotFound
	}
	hydrate(into, r)
	return r, nil
}

func (s *store) DeleteAccessTokenSession(_ context.Context, sig string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access.drop(sig)
	return nil
}

// RevokeAccessToken ends an authorization and every access token of it.
func (s *store) RevokeAccessToken(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended.put(id, s.now())
	s.dropAccess(id)
	return nil
}

func (s *store) dropAccess(id string) {
	s.access.sweep(func(r fosite.Requester) bool { return r.GetID() == id })
}

// CreateRefreshTokenSession keeps the scopes of the sign-in, whatever a refresh
// asked for (RFC 6749 section 6).
func (s *store) CreateRefreshTokenSession(_ context.Context, sig, _ string, r fosite.Requester) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, over := s.ended.get(r.GetID()); over {
		return nil
	}
	kept := own(r)
	if full := kept.GetSession().(*session).full; full != nil {
		kept.GrantedScope = full
	}
	s.refresh.put(sig, &refresh{Requester: kept})
	return nil
}

func (s *store) GetRefreshTokenSession(ctx context.Context, sig string, into fosite.Session) (fosite.Requester, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.refresh.get(sig)
	if !ok {
		return nil, fosite.ErrNotFound
	}
	if r.used && !s.faults.On(ctx, fault.RefreshReusable) {
		return r.Requester, fosite.ErrInactiveToken
	}
	hydrate(into, r.Requester)
	return r.Requester, nil
}

func (s *store) DeleteRefreshTokenSession(_ context.Context, sig string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh.drop(sig)
	return nil
}

// RotateRefreshToken spends a refresh token; of many racers one wins. The
// access token before it ends.
func (s *store) RotateRefreshToken(ctx context.Context, id, sig string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.refresh.get(sig)
	if !ok || r.used && !s.faults.On(ctx, fault.RefreshReusable) {
		return fosite.ErrInactiveToken
	}
	r.used = true
	s.dropAccess(id)
	return nil
}

// RevokeRefreshToken ends every refresh token of one authorization.
func (s *store) RevokeRefreshToken(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refresh.items {
		if r.GetID() == id {
			r.used = true
		}
	}
	return nil
}

package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var (
	errUnknown = errors.New("not known here")
	errUnused  = errors.New("not part of a login")
)

// storage keeps sign-ins until their code is redeemed.
type storage struct {
	key      *rsa.PrivateKey
	redirect string

	mu       sync.Mutex
	requests map[string]*request
	codes    map[string]string
}

func (s *storage) signIn(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if ok {
		r.subject, r.at = "somebody", time.Now()
	}
	return ok
}

// CreateAuthRequest keeps a new sign-in.
func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	r := &request{AuthRequest: asked, id: rand.Text()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[r.id] = r
	return r, nil
}

// AuthRequestByID finds a sign-in.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		return *r, nil
	}
	return nil, errUnknown
}

// AuthRequestByCode finds the sign-in that a code stands for.
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[s.codes[code]]; ok {
		r.code = code
		return *r, nil
	}
	return nil, errUnknown
}

// SaveAuthCode remembers a code.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

// DeleteAuthRequest forgets a sign-in and its code.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		delete(s.codes, r.code)
		delete(s.requests, id)
	}
	return nil
}

// CreateAccessToken names a token that lasts five minutes.
func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return rand.Text(), time.Now().Add(5 * time.Minute), nil
}

// GetClientByClientID knows one application.
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != "bench" {
		return nil, errUnknown
	}
	return client{s.redirect}, nil
}

// AuthorizeClientIDSecret knows its secret.
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != "bench" || subtle.ConstantTimeCompare([]byte(secret), []byte("bench-secret")) != 1 {
		return errUnknown
	}
	return nil
}

// SigningKey is the one key.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return signing{s.key}, nil }

// SignatureAlgorithms has RS256 only.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// KeySet is the one key.
func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{public{s.key}}, nil }

// Health is always good.
func (s *storage) Health(context.Context) error { return nil }

// SetUserinfoFromScopes adds nothing.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// GetPrivateClaimsFromScopes adds nothing.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

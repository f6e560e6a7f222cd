package op

import (
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/token/jwt"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// Grant is what a sign-in established: the input of every token.
type Grant struct {
	Person people.Person
	SID    string    // of the browser's session
	At     time.Time // when the person signed in, provider's clock
	ACR    string    // as asked for
	AMR    []string  // how the person signed in; nil is CIS2_SMARTCARD
	Level  string    // authentication_assurance_level; empty is "3"
	Role   string    // person_roleid, empty when none was selected
	Audit  string    // auditTrackingId
	Ops    string    // org.forgerock.openidconnect.ops
}

// session is fosite's memory of a grant. All its times pass through shift, so
// that fosite, which reads the machine's clock, lives on the provider's.
type session struct {
	*Grant                      // shared by copies: it is never changed once it is in the store
	shift  func() time.Duration // provider's clock minus the machine's
	nonce  string
	state  string
	jkt    string    // thumbprint of the DPoP key: wanted before, bound after the token request
	bound  bool      // the access token is bound to jkt
	jti    string    // of the access token
	issued time.Time // the access token, provider's clock
	full   []string  // scopes granted at the sign-in: a refresh may ask for fewer
	claims *jwt.IDTokenClaims
	ends   ends
}

// ends is when what was issued ends, on the provider's clock. A map would be
// copied five times a sign-in.
type ends struct{ code, access, refresh, id time.Time }

// of is the end of one kind, nil for a kind that we do not issue.
func (e *ends) of(k fosite.TokenType) *time.Time {
	switch k {
	case fosite.AuthorizeCode:
		return &e.code
	case fosite.AccessToken:
		return &e.access
	case fosite.RefreshToken:
		return &e.refresh
	case fosite.IDToken:
		return &e.id
	}
	return nil
}

func newSession(g Grant, shift func() time.Duration) *session {
	now := time.Now()
	return &session{Grant: &g, shift: shift,
		claims: &jwt.IDTokenClaims{Subject: g.Person.UUID, AuthTime: now, RequestedAt: now}}
}

func (s *session) SetExpiresAt(k fosite.TokenType, t time.Time) {
	if end := s.ends.of(k); end != nil {
		*end = t.Add(s.shift())
	}
}

func (s *session) GetExpiresAt(k fosite.TokenType) time.Time {
	end := s.ends.of(k)
	if end == nil || end.IsZero() {
		return time.Time{}
	}
	return end.Add(-s.shift())
}

func (s *session) GetUsername() string               { return s.Person.UUID }
func (s *session) GetSubject() string                { return s.Person.UUID }
func (s *session) IDTokenClaims() *jwt.IDTokenClaims { return s.claims }
func (s *session) IDTokenHeaders() *jwt.Headers      { return &jwt.Headers{} }
func (s *session) Clone() fosite.Session             { return s.copy() }
func (s *session) expired(k fosite.TokenType) bool   { return !time.Now().Before(s.GetExpiresAt(k)) }

// tokenType is how the access token is to be presented (RFC 6750, RFC 9449).
func (s *session) tokenType() string {
	if s.bound {
		return "DPoP"
	}
	return "Bearer"
}

func (s *session) copy() *session {
	c := *s
	claims := *s.claims
	c.claims = &claims
	return &c
}

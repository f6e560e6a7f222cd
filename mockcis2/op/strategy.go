package op

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// strategy makes codes, access tokens and ID tokens as CIS2 does.
type strategy struct {
	issuer string
	ring   *KeyRing
	faults *fault.Set
	now    func() time.Time
	rand   io.Reader
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// half is the left half of a SHA-256, as at_hash, c_hash and s_hash want it
// (OpenID Connect Core section 3.1.3.6).
func half(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func random(r io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func (s strategy) AuthorizeCodeSignature(_ context.Context, code string) string { return digest(code) }

func (s strategy) GenerateAuthorizeCode(context.Context, fosite.Requester) (string, string, error) {
	code, err := random(s.rand, 32)
	return code, digest(code), err
}

func (s strategy) ValidateAuthorizeCode(_ context.Context, r fosite.Requester, _ string) error {
	if sess, ok := r.GetSession().(*session); !ok || sess.expired(fosite.AuthorizeCode) {
		return fosite.ErrTokenExpired.WithHint("The code has expired.")
	}
	return nil
}

func (s strategy) AccessTokenSignature(_ context.Context, token string) string { return digest(token) }

// GenerateAccessToken makes a JWT without aud.
func (s strategy) GenerateAccessToken(_ context.Context, r fosite.Requester) (string, string, error) {
	sess := r.GetSession().(*session)
	jti, err := random(s.rand, 16)
	if err != nil {
		return "", "", err
	}
	now := s.now()
	token, err := s.ring.Sign("", map[string]any{"iss": s.issuer, "sub": sess.Person.UUID, "jti": jti,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(TokenLife).Unix(), "auth_time": sess.At.Unix(),
		"scope": []string(r.GetGrantedScopes()), "client_id": r.GetClient().GetID(), "realm": Realm, "grant_type": "authorization_code",
		"tokenName": "access_token", "token_type": "Bearer", "auditTrackingId": sess.Audit})
	return token, digest(token), err
}

func (s strategy) ValidateAccessToken(_ context.Context, r fosite.Requester, _ string) error {
	if sess, ok := r.GetSession().(*session); !ok || sess.expired(fosite.AccessToken) {
		return fosite.ErrTokenExpired
	}
	return nil
}

func (s strategy) RefreshTokenSignature(_ context.Context, token string) string { return digest(token) }
func (s strategy) GenerateRefreshToken(context.Context, fosite.Requester) (string, string, error) {
	return "", "", fosite.ErrServerError
}
func (s strategy) ValidateRefreshToken(context.Context, fosite.Requester, string) error {
	return fosite.ErrInvalidGrant
}

// GenerateIDToken makes CIS2's ID token: aud and the assurance levels are
// strings, and the extras of its platform are there.
func (s strategy) GenerateIDToken(_ context.Context, _ time.Duration, r fosite.Requester) (string, error) {
	sess := r.GetSession().(*session)
	now := s.now()
	p := sess.Person
	c := map[string]any{
		"iss": s.issuer, "sub": p.UUID, "subname": p.UUID, "aud": r.GetClient().GetID(), "azp": r.GetClient().GetID(),
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "auth_time": sess.At.Unix(),
		"at_hash": sess.claims.AccessTokenHash, "c_hash": sess.claims.CodeHash, "sid": sess.SID,
		"acr": sess.ACR, "amr": []string{"CIS2_SMARTCARD"}, "auditTrackingId": sess.Audit,
		"tokenName": "id_token", "tokenType": "JWTToken", "realm": Realm, "org.forgerock.openidconnect.ops": sess.Ops,
		"id_assurance_level": p.Assurance, "idassurancelevel": p.Assurance, "authentication_assurance_level": "3",
	}
	for name, v := range map[string]string{"nonce": sess.nonce, "selected_roleid": sess.Role} {
		if v != "" {
			c[name] = v
		}
	}
	if sess.state != "" {
		c["s_hash"] = half(sess.state)
	}
	if r.GetGrantedScopes().Has("profile") {
		c["uid"], c["name"], c["given_name"], c["family_name"] = p.UUID, p.Name(), p.GivenName, p.FamilyName
	}
	return s.ring.Sign("", c)
}

func scopes(form string) []string { return strings.Fields(form) }

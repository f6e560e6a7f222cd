package op

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// strategy makes codes, access tokens and ID tokens as CIS2 does.
type strategy struct{ *Engine }

// digest is the SHA-256 of a code or token, in hex, under which the store keeps
// it.
func digest(token string) string {
	var digits [2 * sha256.Size]byte
	sum := sum(token)
	hex.Encode(digits[:], sum[:])
	return string(digits[:])
}

// sum is the SHA-256 of a text. One of usual length is copied to the stack.
func sum(text string) [sha256.Size]byte {
	var room [2048]byte
	return sha256.Sum256(append(room[:0], text...))
}

// half is the left half of a SHA-256, as at_hash, c_hash and s_hash want it
// (OpenID Connect Core section 3.1.3.6). Every algorithm that we sign ID tokens
// with is a SHA-256 one.
func half(s string) string {
	sum := sum(s)
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
	code, err := random(s.Rand, 32)
	return code, digest(code), err
}

func (s strategy) ValidateAuthorizeCode(ctx context.Context, r fosite.Requester, _ string) error {
	if sess, ok := r.GetSession().(*session); !ok || sess.expired(fosite.AuthorizeCode) && !s.faults.On(ctx, fault.CodeNeverEnds) {
		return fosite.ErrTokenExpired.WithHint("The code has expired.")
	}
	return nil
}

func (s strategy) AccessTokenSignature(_ context.Context, token string) string { return digest(token) }

// GenerateAccessToken makes a JWT without aud.
func (s strategy) GenerateAccessToken(_ context.Context, r fosite.Requester) (string, string, error) {
	sess := r.GetSession().(*session)
	jti, err := random(s.Rand, 16)
	if err != nil {
		return "", "", err
	}
	now := s.now()
	sess.jti, sess.issued = jti, now
	c := map[string]any{"iss": s.issuer, "sub": sess.Person.UUID, "jti": jti,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(TokenLife).Unix(), "auth_time": sess.At.Unix(),
		"scope": []string(r.GetGrantedScopes()), "client_id": r.GetClient().GetID(), "realm": s.Realm, "grant_type": "authorization_code",
		"tokenName": "access_token", "token_type": sess.tokenType(), "auditTrackingId": sess.Audit}
	if sess.bound {
		c["cnf"] = map[string]string{"jkt": sess.jkt}
	}
	token, err := s.Ring.SignAs(s.Mode.signing()[0], "", c)
	return token, digest(token), err
}

func (s strategy) ValidateAccessToken(ctx context.Context, r fosite.Requester, _ string) error {
	if sess, ok := r.GetSession().(*session); !ok || sess.expired(fosite.AccessToken) && !s.faults.On(ctx, fault.AccessTokenNeverEnds) {
		return fosite.ErrTokenExpired
	}
	return nil
}

func (s strategy) RefreshTokenSignature(_ context.Context, token string) string { return digest(token) }

func (s strategy) GenerateRefreshToken(context.Context, fosite.Requester) (string, string, error) {
	token, err := random(s.Rand, 32)
	return token, digest(token), err
}

func (s strategy) ValidateRefreshToken(_ context.Context, r fosite.Requester, _ string) error {
	if sess, ok := r.GetSession().(*session); !ok || sess.expired(fosite.RefreshToken) {
		return fosite.ErrTokenExpired
	}
	return nil
}

// GenerateIDToken makes CIS2's ID token: aud and the assurance levels are
// strings, and the extras of its platform are there.
func (s strategy) GenerateIDToken(_ context.Context, _ time.Duration, r fosite.Requester) (string, error) {
	c := s.idToken(r)
	client := r.GetClient().(registered)
	alg := s.Mode.signing()[0]
	if client.IDTokenAlg == "HS256" && client.Secret != "" {
		return signSecret(client.Secret, c)
	}
	if slices.Contains(s.Mode.signing(), client.IDTokenAlg) {
		alg = client.IDTokenAlg
	}
	return s.Ring.SignAs(alg, "", c)
}

func (s strategy) idToken(r fosite.Requester) map[string]any {
	sess := r.GetSession().(*session)
	now, p := s.now(), sess.Person
	c := map[string]any{
		"iss": s.issuer, "sub": p.UUID, "subname": p.UUID, "aud": r.GetClient().GetID(), "azp": r.GetClient().GetID(),
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "auth_time": sess.At.Unix(),
		"at_hash": sess.claims.AccessTokenHash, "sid": sess.SID,
		"acr": sess.ACR, "amr": amr(*sess.Grant), "auditTrackingId": sess.Audit,
		"tokenName": "id_token", "tokenType": "JWTToken", "realm": s.Realm, "org.forgerock.openidconnect.ops": sess.Ops,
		"id_assurance_level": p.Assurance, "idassurancelevel": p.Assurance, "authentication_assurance_level": cmp.Or(sess.Level, "3"),
	}
	optional := map[string]string{"nonce": sess.nonce, "selected_roleid": sess.Role, "c_hash": sess.claims.CodeHash}
	if r.GetGrantedScopes().Has("profile") {
		maps.Copy(optional, map[string]string{"uid": p.UUID, "name": p.Name(), "given_name": p.GivenName, "family_name": p.FamilyName})
	}
	for name, v := range optional {
		if v != "" {
			c[name] = v
		}
	}
	if sess.state != "" {
		c["s_hash"] = half(sess.state)
	}
	return c
}

func scopes(form string) []string { return strings.Fields(form) }

func amr(g Grant) []string {
	if g.AMR == nil {
		return []string{WaySmartcard}
	}
	return g.AMR
}

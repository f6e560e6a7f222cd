package op

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// assertionType is RFC 7523 section 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// How long a client assertion may live, and how far its clock may be ahead.
const (
	assertionLife = 5 * time.Minute
	leeway        = 10 * time.Second
)

func refuse(hint string) error { return fosite.ErrInvalidClient.WithHint(hint) }

// authenticate replaces fosite's client authentication, which accepts two
// methods at once, answers 500 to an expired assertion, burns a jti before it
// looks at aud and bounds no lifetime. Exactly one method is accepted.
func (e *Engine) authenticate(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	basicID, basicSecret, basic := r.BasicAuth()
	post, assertion := form.Has("client_secret"), form.Has("client_assertion")
	switch n := count(basic, post, assertion); {
	case n > 1:
		return nil, fosite.ErrInvalidRequest.WithHint("More than one client authentication method was used (RFC 6749 section 2.3).")
	case n == 0:
		return nil, refuse("No client authentication was sent.")
	case basic:
		id, err1 := url.QueryUnescape(basicID)
		secret, err2 := url.QueryUnescape(basicSecret)
		if err1 != nil || err2 != nil {
			return nil, refuse("The Basic credentials are not form-encoded.")
		}
		return e.secret(id, secret, "client_secret_basic", form)
	case post:
		return e.secret(form.Get("client_id"), form.Get("client_secret"), "client_secret_post", form)
	}
	return e.assertion(ctx, form)
}

func count(flags ...bool) (n int) {
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

func (e *Engine) secret(id, secret, method string, form url.Values) (fosite.Client, error) {
	c, ok := e.store.clients.get(id)
	if form.Has("client_id") && form.Get("client_id") != id {
		return nil, refuse("client_id is not the client that authenticated.")
	}
	if !ok || c.Secret == "" || !same(c.Secret, secret) && !e.faults.On(fault.SecretUnchecked) {
		return nil, refuse("The client is unknown or its secret is wrong.")
	}
	if c.Method != "client_secret" && c.Method != method {
		return nil, refuse("This client is registered for " + c.Method + ".")
	}
	return registered{c}, nil
}

// same compares in constant time, lengths included.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// claims of a client assertion. aud is raw: CIS2 wants one exact string.
type claims struct {
	Issuer  string           `json:"iss"`
	Subject string           `json:"sub"`
	Aud     any              `json:"aud"`
	ID      string           `json:"jti"`
	Issued  *jwt.NumericDate `json:"iat"`
	Begins  *jwt.NumericDate `json:"nbf"`
	Ends    *jwt.NumericDate `json:"exp"`
}

// assertion is private_key_jwt (OpenID Connect Core section 9, RFC 7523).
func (e *Engine) assertion(ctx context.Context, form url.Values) (fosite.Client, error) {
	if form.Get("client_assertion_type") != assertionType {
		return nil, refuse("client_assertion_type must be " + assertionType + ".")
	}
	token, err := jwt.ParseSigned(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.RS256, jose.RS512})
	if err != nil {
		return nil, refuse("JWT is not valid: not a compact JWS with alg RS256 or RS512.")
	}
	var named claims
	if err := token.UnsafeClaimsWithoutVerification(&named); err != nil {
		return nil, refuse("JWT is not valid: its claims cannot be read.")
	}
	c, ok := e.store.clients.get(named.Subject)
	if !ok || c.Method != "private_key_jwt" {
		return nil, refuse("JWT is not valid: sub is not a client registered for private_key_jwt.")
	}
	if form.Has("client_id") && form.Get("client_id") != c.ID {
		return nil, refuse("client_id is not the client of the assertion.")
	}
	if alg := token.Headers[0].Algorithm; len(c.Algorithms) > 0 && !slices.Contains(c.Algorithms, alg) ||
		alg == "RS512" && e.faults.On(fault.RS512Refused) || alg == "RS256" && e.faults.On(fault.RS256Refused) {
		return nil, refuse("JWT is not valid: this client is not registered for alg " + token.Headers[0].Algorithm + ".")
	}
	keys, err := e.keys(ctx, c)
	if err != nil {
		return nil, refuse("JWT is not valid: the client's jwks_uri cannot be read: " + err.Error())
	}
	if !signedBy(token, keys) {
		return nil, refuse("JWT is not valid: no registered key of the client verifies it.")
	}
	if why := e.judge(named, c); why != "" {
		return nil, refuse("JWT is not valid: " + why)
	}
	if !e.store.useJTI(c.ID, named.ID, named.Ends.Time()) {
		return nil, refuse("JWT is not valid: its jti was used before.")
	}
	return registered{c}, nil
}

// signedBy accepts a key without use or kid too (RFC 7517: both optional).
func signedBy(token *jwt.JSONWebToken, set jose.JSONWebKeySet) bool {
	kid := token.Headers[0].KeyID
	for _, k := range set.Keys {
		if k.Use == "enc" || kid != "" && k.KeyID != "" && k.KeyID != kid {
			continue
		}
		if token.Claims(k.Key, &claims{}) == nil {
			return true
		}
	}
	return false
}

// judge says what is wrong with the claims, or nothing.
func (e *Engine) judge(a claims, c Client) string {
	now := e.now()
	switch {
	case a.Issuer != c.ID || a.Subject != c.ID:
		return "iss and sub must both be the client_id."
	case a.Aud != e.issuer+"/access_token" && !e.faults.On(fault.AssertionAudUnchecked):
		return "aud must be exactly the token endpoint, " + e.issuer + "/access_token, as a string."
	case a.ID == "":
		return "jti is missing."
	case a.Ends == nil || !now.Before(a.Ends.Time().Add(leeway)):
		return "it has expired, or exp is missing."
	case a.Ends.Time().After(now.Add(assertionLife + leeway)):
		return "exp is more than 5 minutes away."
	case a.Issued != nil && a.Issued.Time().After(now.Add(leeway)), a.Begins != nil && a.Begins.Time().After(now.Add(leeway)):
		return "iat or nbf is in the future."
	}
	return ""
}

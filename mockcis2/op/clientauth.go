package op

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
		return e.public(form.Get("client_id"))
	case basic:
		id, err1 := url.QueryUnescape(basicID)
		secret, err2 := url.QueryUnescape(basicSecret)
		if err1 != nil || err2 != nil {
			return nil, refuse("The Basic credentials are not form-encoded.")
		}
		return e.secret(ctx, id, secret, "client_secret_basic", form)
	case post:
		return e.secret(ctx, form.Get("client_id"), form.Get("client_secret"), "client_secret_post", form)
	}
	return e.assertion(ctx, r, form)
}

func count(flags ...bool) (n int) {
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

// public is a client without credentials, where the mode has such.
func (e *Engine) public(id string) (fosite.Client, error) {
	c := e.store.find(id)
	if c == nil || c.Method != "none" || !slices.Contains(e.Mode.methods(), "none") {
		return nil, refuse("No client authentication was sent.")
	}
	return registered{c, &e.Mode}, nil
}

func (e *Engine) secret(ctx context.Context, id, secret, method string, form url.Values) (fosite.Client, error) {
	c := e.store.find(id)
	if form.Has("client_id") && form.Get("client_id") != id {
		return nil, refuse("client_id is not the client that authenticated.")
	}
	if !slices.Contains(e.mode(ctx).methods(), method) {
		return nil, refuse("Secrets are not accepted here: use private_key_jwt.")
	}
	if c == nil || c.Secret == "" || !same(c.Secret, secret) && !e.faults.On(ctx, fault.SecretUnchecked) {
		return nil, refuse("The client is unknown or its secret is wrong.")
	}
	if c.Method != "client_secret" && c.Method != method && !e.Mode.Lax.AnyMethod {
		return nil, refuse("This client is registered for " + c.Method + ".")
	}
	return registered{c, &e.Mode}, nil
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

// assertion is private_key_jwt or client_secret_jwt (OpenID Connect Core
// section 9, RFC 7523). The id is burnt last, when nothing else is wrong.
func (e *Engine) assertion(ctx context.Context, r *http.Request, form url.Values) (fosite.Client, error) {
	if form.Get("client_assertion_type") != assertionType {
		return nil, refuse("client_assertion_type must be " + assertionType + ".")
	}
	algs := e.mode(ctx).algorithms()
	token, err := jwt.ParseSigned(form.Get("client_assertion"), parseable(append(slices.Clone(algs), "HS256")))
	if err != nil {
		return nil, refuse("JWT is not valid: not a compact JWS with alg " + strings.Join(algs, " or ") + ".")
	}
	var named claims
	if err := token.UnsafeClaimsWithoutVerification(&named); err != nil {
		return nil, refuse("JWT is not valid: its claims cannot be read.")
	}
	c := e.store.find(named.Subject)
	if c == nil {
		return nil, refuse("JWT is not valid: sub is not a client registered for private_key_jwt.")
	}
	if form.Has("client_id") && form.Get("client_id") != c.ID {
		return nil, refuse("client_id is not the client of the assertion.")
	}
	if err := e.signedBy(ctx, token, *c); err != nil {
		return nil, err
	}
	if why := e.judge(r, named, *c); why != "" && !e.faults.On(ctx, fault.AssertionClaimsUnchecked) {
		return nil, refuse("JWT is not valid: " + why)
	}
	if !e.store.useJTI(ctx, c.ID, named.ID, named.Ends.Time()) {
		return nil, refuse("JWT is not valid: its jti was used before.")
	}
	return registered{c, &e.Mode}, nil
}

func parseable(algs []string) []jose.SignatureAlgorithm {
	list := make([]jose.SignatureAlgorithm, 0, len(algs))
	for _, a := range algs {
		list = append(list, jose.SignatureAlgorithm(a))
	}
	return list
}

// signedBy checks method, algorithm and signature. A key without use or kid
// counts too (RFC 7517: both optional); a kid that is not known makes a
// jwks_uri be read again.
func (e *Engine) signedBy(ctx context.Context, token *jwt.JSONWebToken, c Client) error {
	alg, kid := token.Headers[0].Algorithm, token.Headers[0].KeyID
	if alg == "HS256" {
		if c.Method != "client_secret_jwt" && !e.Mode.Lax.AnyMethod || c.Secret == "" || !slices.Contains(e.Mode.methods(), "client_secret_jwt") {
			return refuse("JWT is not valid: this client is not registered for client_secret_jwt.")
		}
		if token.Claims([]byte(c.Secret), &claims{}) != nil && !e.faults.On(ctx, fault.SecretUnchecked) {
			return refuse("JWT is not valid: the client's secret does not verify it.")
		}
		return nil
	}
	if c.Method != "private_key_jwt" && !e.Mode.Lax.AnyMethod {
		return refuse("JWT is not valid: sub is not a client registered for private_key_jwt.")
	}
	if len(c.Algorithms) > 0 && !slices.Contains(c.Algorithms, alg) ||
		alg == "RS512" && e.faults.On(ctx, fault.RS512Refused) || alg == "RS256" && e.faults.On(ctx, fault.RS256Refused) {
		return refuse("JWT is not valid: this client is not registered for alg " + alg + ".")
	}
	set, err := e.keys.of(ctx, c, kid)
	if err != nil {
		return refuse("JWT is not valid: the keys of the client cannot be read from its jwks_uri.")
	}
	for _, k := range set.Keys {
		if k.Use == "enc" || kid != "" && k.KeyID != "" && k.KeyID != kid {
			continue
		}
		if token.Claims(k.Key, &claims{}) == nil || e.faults.On(ctx, fault.AssertionKeyUnchecked) {
			return nil
		}
	}
	return refuse("JWT is not valid: no registered key of the client verifies it.")
}

// judge says what is wrong with the claims, or nothing.
func (e *Engine) judge(r *http.Request, a claims, c Client) string {
	now := e.now()
	switch {
	case a.Issuer != c.ID || a.Subject != c.ID:
		return "iss and sub must both be the client_id."
	case !e.audience(r, a.Aud) && !e.faults.On(r.Context(), fault.AssertionAudUnchecked):
		return "aud must be exactly " + e.wantedAudience(r.Context()) + ", as a string."
	case a.ID == "":
		return "jti is missing."
	case a.Ends == nil || !now.Before(a.Ends.Time().Add(leeway)):
		return "it has expired, or exp is missing."
	case a.Ends.Time().After(now.Add(assertionLife+leeway)) && !e.Mode.Lax.LongAssertions:
		return "exp is more than 5 minutes away."
	case a.Issued != nil && a.Issued.Time().After(now.Add(leeway)), a.Begins != nil && a.Begins.Time().After(now.Add(leeway)):
		return "iat or nbf is in the future."
	}
	return ""
}

func (e *Engine) wantedAudience(ctx context.Context) string {
	switch m := e.mode(ctx); {
	case m.Require.IssuerAudience:
		return "the issuer, " + e.issuer
	case m.Extras:
		return "the token endpoint, " + e.issuer + "/access_token, or the issuer"
	}
	return "the token endpoint, " + e.issuer + "/access_token"
}

// audience says whether aud is one that the mode takes: the token endpoint as
// CIS2 does, the issuer alone as FAPI 2.0 does, or either and the endpoint in
// hand (RFC 7523 section 3, RFC 9126 section 2).
func (e *Engine) audience(r *http.Request, aud any) bool {
	if list, ok := aud.([]any); ok && e.Mode.Lax.AnyAudience {
		return slices.ContainsFunc(list, func(one any) bool { return e.audience(r, one) })
	}
	name, ok := aud.(string)
	switch {
	case !ok:
		return false
	case e.mode(r.Context()).Require.IssuerAudience:
		return name == e.issuer
	case name == e.issuer+"/access_token":
		return true
	}
	return e.Mode.Extras && (name == e.issuer || name == e.here(r))
}

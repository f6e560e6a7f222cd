// Package relyingparty is a small application that signs people in: go-oidc and
// x/oauth2, code flow with PKCE, written as any Go developer would.
package relyingparty

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// Application is a registered relying party.
type Application struct {
	Client   target.Client
	Provider *oidc.Provider
	Redirect string
	http     *http.Client
	plain    bool // the provider is not like CIS2: no scopes and values of its own
}

// New discovers the issuer for a client. Nobody serves the redirect address:
// the browser of this package's users stops there.
func New(ctx context.Context, t *target.Target, n int) (*Application, error) {
	client, err := t.Client(n)
	if err != nil {
		return nil, err
	}
	a := &Application{Client: client, Redirect: client.RedirectURI, http: &http.Client{Transport: t.HTTP, Timeout: 30 * time.Second}}
	a.plain = t.Login != nil
	a.Provider, err = oidc.NewProvider(a.context(ctx), t.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	return a, nil
}

func (a *Application) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, a.http)
}

// Flow is one sign-in under way.
type Flow struct {
	app                    *Application
	State, Nonce, Verifier string
	URL                    string // for the browser
	config                 oauth2.Config
}

// Scopes of a flow that asks for nothing special, at a provider like CIS2.
var Scopes = []string{oidc.ScopeOpenID, "profile", "nhsperson", "nationalrbacaccess"}

// Begin makes an authorization request with PKCE, state, nonce and the given
// scopes. nil is Scopes, and at a provider that is like no other openid and
// profile; it is not asked for a level of assurance either.
func (a *Application) Begin(scopes []string, more ...oauth2.AuthCodeOption) *Flow {
	if scopes == nil {
		if scopes = Scopes; a.plain {
			scopes = Scopes[:2]
		}
	}
	f := &Flow{app: a, State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier()}
	f.config = oauth2.Config{ClientID: a.Client.ID, ClientSecret: a.Client.Secret, Endpoint: a.Provider.Endpoint(), RedirectURL: a.Redirect, Scopes: scopes}
	f.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	options := append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(f.Verifier), oidc.Nonce(f.Nonce)}, more...)
	if !a.plain {
		options = append([]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("acr_values", "AAL3_ANY")}, options...)
	}
	f.URL = f.config.AuthCodeURL(f.State, options...)
	return f
}

func random() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}

// Session is who is signed in.
type Session struct {
	Token  *oauth2.Token
	RawID  string // the ID token as sent
	ID     *oidc.IDToken
	Claims map[string]any // of the ID token
	// UserInfo asks the provider about the person.
	UserInfo func(ctx context.Context) (map[string]any, error)
}

// Problem is an OAuth error that came back through the browser.
type Problem struct{ Code, Description string }

// Error is the code and what it means.
func (p Problem) Error() string { return "the application gets " + p.Code + ": " + p.Description }

// Code takes the code from the address the browser came back to, after state.
func (f *Flow) Code(back *url.URL) (string, error) {
	q := back.Query()
	if q.Get("state") != f.State {
		return "", fmt.Errorf("state is %q, not the one sent", q.Get("state"))
	}
	if code := q.Get("error"); code != "" {
		return "", Problem{code, q.Get("error_description")}
	}
	if q.Get("code") == "" {
		return "", errors.New("no code came back")
	}
	return q.Get("code"), nil
}

// Exchange spends a code. The assertion of a private_key_jwt client is made by
// Assertion unless more brings its own.
func (f *Flow) Exchange(ctx context.Context, code string, more ...oauth2.AuthCodeOption) (*oauth2.Token, error) {
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(f.Verifier)}
	if f.app.Client.Method == "private_key_jwt" {
		assertion, err := f.app.Assertion(Assertion{})
		if err != nil {
			return nil, err
		}
		options = append(options,
			oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
			oauth2.SetAuthURLParam("client_assertion", assertion))
	}
	return f.config.Exchange(f.app.context(ctx), code, append(options, more...)...)
}

// ExchangeAs spends a code with other credentials than the flow's own.
func (f *Flow) ExchangeAs(ctx context.Context, code, id, secret string) (*oauth2.Token, error) {
	other := *f
	other.config.ClientID, other.config.ClientSecret = id, secret
	return other.Exchange(ctx, code)
}

// Finish checks the callback, spends the code and verifies the ID token.
func (f *Flow) Finish(ctx context.Context, back *url.URL, more ...oauth2.AuthCodeOption) (*Session, error) {
	code, err := f.Code(back)
	if err != nil {
		return nil, err
	}
	token, err := f.Exchange(ctx, code, more...)
	if err != nil {
		return nil, fmt.Errorf("code exchange: %w", err)
	}
	return f.Accept(ctx, token)
}

// Accept verifies what the token endpoint sent.
func (f *Flow) Accept(ctx context.Context, token *oauth2.Token) (*Session, error) {
	s := &Session{Token: token, Claims: map[string]any{}}
	s.RawID, _ = token.Extra("id_token").(string)
	verifier := f.app.Provider.VerifierContext(f.app.context(ctx), &oidc.Config{ClientID: f.app.Client.ID})
	var err error
	if s.ID, err = verifier.Verify(f.app.context(ctx), s.RawID); err != nil {
		return nil, fmt.Errorf("ID token with the header %s: %w", header(s.RawID), err)
	}
	if s.ID.Nonce != f.Nonce {
		return nil, fmt.Errorf("ID token: nonce is %q, not the one sent", s.ID.Nonce)
	}
	s.UserInfo = func(ctx context.Context) (map[string]any, error) { return f.app.userInfo(ctx, token) }
	return s, s.ID.Claims(&s.Claims)
}

// header is the first part of a JWT, decoded, for a failure's text.
func header(raw string) string {
	first, _, _ := strings.Cut(raw, ".")
	text, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil || len(text) == 0 || len(text) > 300 {
		return fmt.Sprintf("of %d characters", len(first))
	}
	return string(text)
}

// Verify checks an ID token of any time against the provider's keys, and
// nothing but issuer, audience, end and signature.
func (a *Application) Verify(ctx context.Context, raw string) error {
	ctx = a.context(ctx)
	if _, err := a.Provider.VerifierContext(ctx, &oidc.Config{ClientID: a.Client.ID}).Verify(ctx, raw); err != nil {
		return fmt.Errorf("with the header %s: %w", header(raw), err)
	}
	return nil
}

func (a *Application) userInfo(ctx context.Context, token *oauth2.Token) (map[string]any, error) {
	info, err := a.Provider.UserInfo(a.context(ctx), oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fmt.Errorf("userinfo: %w", err)
	}
	claims := map[string]any{}
	return claims, info.Claims(&claims)
}

// Assertion is what to change about a private_key_jwt assertion. The zero value
// is a right one: RS512 as CIS2 wants it, elsewhere RS256.
type Assertion struct {
	Audience  string
	Algorithm jose.SignatureAlgorithm
	JTI       string
	Expires   time.Duration
	// OtherKey signs with a key that is not the client's.
	OtherKey bool
	// Claims replace those of a right assertion; nil leaves one out.
	Claims map[string]any
}

// Assertion makes a client assertion (RFC 7523 §3): aud is the token endpoint,
// exactly, as CIS2 wants it.
func (a *Application) Assertion(w Assertion) (string, error) {
	if w.Audience == "" {
		w.Audience = a.Provider.Endpoint().TokenURL
	}
	if w.Algorithm == "" {
		if w.Algorithm = jose.RS512; a.plain {
			w.Algorithm = jose.RS256
		}
	}
	if w.JTI == "" {
		w.JTI = random()
	}
	if w.Expires == 0 {
		w.Expires = 3 * time.Minute
	}
	key, err := a.key()
	if err != nil {
		return "", err
	}
	if w.OtherKey {
		key = testpki.Published("card-10")
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: w.Algorithm, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", "conformance"))
	if err != nil {
		return "", err
	}
	now := time.Now()
	claims := map[string]any{
		"iss": a.Client.ID, "sub": a.Client.ID, "aud": w.Audience, "jti": w.JTI,
		"iat": now.Unix(), "exp": now.Add(w.Expires).Unix(),
	}
	for name, v := range w.Claims {
		if claims[name] = v; v == nil {
			delete(claims, name)
		}
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// key is the client's own; without a file it is the published one that our
// mock registers.
func (a *Application) key() (any, error) {
	if a.Client.KeyFile == "" {
		return testpki.Published("card-11"), nil
	}
	raw, err := os.ReadFile(a.Client.KeyFile)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM key", a.Client.KeyFile)
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	return x509.ParsePKCS8PrivateKey(block.Bytes)
}

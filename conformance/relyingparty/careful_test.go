package relyingparty_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// user is who an application believes has signed in.
type user struct{ Sub, Name, Role string }

// application is a relying party of either kind.
type application interface {
	// begin is where the browser is sent.
	begin(ctx context.Context) (address string, err error)
	// finish reads the address that the browser came back to.
	finish(ctx context.Context, back *url.URL) (user, error)
	// logout reads a logout token; an error refuses it.
	logout(ctx context.Context, token string) error
	// sessions is how many people are signed in.
	sessions() int
}

// careful is a relying party that checks everything there is to check, on top
// of what go-oidc and x/oauth2 do.
type careful struct {
	issuer   string
	client   target.Client
	web      *http.Client
	provider *oidc.Provider
	keys     *keySet
	config   oauth2.Config
	expects  struct {
		Iss  bool   `json:"authorization_response_iss_parameter_supported"`
		Keys string `json:"jwks_uri"`
		Info string `json:"userinfo_endpoint"`
	}
	state, nonce, verifier string
	now                    func() time.Time  // nil is the machine's
	people                 map[string]string // sub of each session, by sid
	seen                   map[string]bool   // jti of logout tokens
}

// How old a sign-in may be, and how far clocks may be apart.
const (
	maxAge = 5 * time.Minute
	leeway = time.Minute
)

// most is how much of an answer is read.
const most = 2 << 20

// bounded reads no more than most of any answer.
type bounded struct{}

func (bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, most)
	}
	return resp, err
}

// patient is a client that waits so long for an answer.
func patient(wait time.Duration) *http.Client {
	return &http.Client{Transport: bounded{}, Timeout: wait}
}

func (c *careful) begin(ctx context.Context) (string, error) {
	ctx = oidc.ClientContext(ctx, c.web)
	if c.now == nil {
		c.now = time.Now
	}
	var err error
	if c.provider, err = oidc.NewProvider(ctx, c.issuer); err != nil {
		return "", err
	}
	if err := c.provider.Claims(&c.expects); err != nil {
		return "", err
	}
	c.keys = &keySet{at: c.expects.Keys, web: c.web}
	c.config = oauth2.Config{ClientID: c.client.ID, ClientSecret: c.client.Secret, Endpoint: c.provider.Endpoint(), RedirectURL: c.client.RedirectURI,
		Scopes: []string{"openid", "profile", "nhsperson", "nationalrbacaccess", "selectedrole"}}
	c.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	c.state, c.nonce, c.verifier = oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	return c.config.AuthCodeURL(c.state, oidc.Nonce(c.nonce), oauth2.S256ChallengeOption(c.verifier),
		oauth2.SetAuthURLParam("acr_values", "AAL3_ANY"), oauth2.SetAuthURLParam("max_age", "300")), nil
}

func (c *careful) finish(ctx context.Context, back *url.URL) (user, error) {
	ctx = oidc.ClientContext(ctx, c.web)
	code, err := c.code(back.Query())
	if err != nil {
		return user{}, err
	}
	token, err := c.config.Exchange(ctx, code, oauth2.VerifierOption(c.verifier))
	if err != nil {
		return user{}, err
	}
	if token.Type() != "Bearer" {
		return user{}, fmt.Errorf("token_type is %q", token.TokenType)
	}
	claims, err := c.judge(ctx, token)
	if err != nil {
		return user{}, err
	}
	info, err := c.info(ctx, token.AccessToken)
	if err != nil {
		return user{}, err
	}
	u, err := claims.person(info)
	if err == nil {
		c.opens(claims)
	}
	return u, err
}

// code is what came back, checked before it is used.
func (c *careful) code(q url.Values) (string, error) {
	for name, values := range q {
		if len(values) > 1 {
			return "", fmt.Errorf("%s is there twice (RFC 6749 section 3.1)", name)
		}
	}
	switch iss := q.Get("iss"); {
	case q.Get("state") != c.state:
		return "", errors.New("state is not the one sent")
	case iss != c.issuer && (iss != "" || c.expects.Iss):
		return "", fmt.Errorf("iss is %q (RFC 9207)", iss)
	case q.Get("client_id") != "" && q.Get("client_id") != c.client.ID:
		return "", errors.New("client_id is another's")
	case q.Get("error") != "":
		return "", errors.New("the provider says " + q.Get("error"))
	case q.Get("code") == "":
		return "", errors.New("there is no code")
	}
	return q.Get("code"), nil
}

// claims of an ID token that go-oidc does not look at.
type claims struct {
	Sub      string   `json:"sub"`
	Issued   float64  `json:"iat"`
	SignedIn float64  `json:"auth_time"`
	Party    string   `json:"azp"`
	ACR      string   `json:"acr"`
	Identity level    `json:"id_assurance_level"`
	Way      level    `json:"authentication_assurance_level"`
	Role     string   `json:"selected_roleid"`
	Name     string   `json:"name"`
	Critical []string `json:"crit"`
	Session  string   `json:"sid"`
}

// level is a string of digits, as CIS2 has it: a number is of another provider.
type level int

func (l *level) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), (*int)(l))
}

func (c *careful) judge(ctx context.Context, token *oauth2.Token) (claims, error) {
	raw, _ := token.Extra("id_token").(string)
	var got claims
	id, err := oidc.NewVerifier(c.issuer, c.keys, &oidc.Config{ClientID: c.client.ID, SupportedSigningAlgs: []string{"RS256"}, Now: c.now}).Verify(ctx, raw)
	if err != nil {
		return got, err
	}
	if err := id.Claims(&got); err != nil {
		return got, err
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return got, err
		}
	}
	now := float64(c.now().Unix())
	switch {
	case id.Nonce != c.nonce:
		return got, errors.New("nonce is not the one sent")
	case len(id.Audience) != 1 || got.Party != "" && got.Party != c.client.ID:
		return got, errors.New("the token is for others too")
	case got.Sub == "":
		return got, errors.New("sub is missing")
	case got.Issued == 0 || got.Issued > now+leeway.Seconds():
		return got, errors.New("iat is missing or to come")
	case got.SignedIn == 0 || got.SignedIn < now-(maxAge+leeway).Seconds() || got.SignedIn > now+leeway.Seconds():
		return got, errors.New("auth_time is missing, too old or to come")
	case got.ACR != "" && !strings.HasPrefix(got.ACR, "AAL3_"):
		return got, errors.New("acr is " + got.ACR)
	case got.Identity < 3 || got.Way < 3:
		return got, errors.New("an assurance level is missing or too low")
	}
	return got, nil
}

// info asks userinfo, signed or not.
func (c *careful) info(ctx context.Context, token string) (map[string]any, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.expects.Info, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := c.web.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("userinfo answers %d: %w", resp.StatusCode, err)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "application/jwt" {
		if raw, err = c.keys.VerifySignature(ctx, string(raw)); err != nil {
			return nil, err
		}
	}
	var info map[string]any
	return info, json.Unmarshal(raw, &info)
}

// person is who signed in, if userinfo is about the same. Nobody gets a role
// that was not selected.
func (c claims) person(info map[string]any) (user, error) {
	if info["sub"] != c.Sub {
		return user{}, errors.New("userinfo is about somebody else")
	}
	u := user{Sub: c.Sub, Name: c.Name}
	roles, list := info["nhsid_nrbac_roles"].([]any)
	if lone := info["nhsid_nrbac_roles"]; !list && lone != nil {
		roles = []any{lone}
	}
	if c.Role == "" || len(roles) == 0 {
		return u, nil
	}
	mine := func(r any) bool { role, _ := r.(map[string]any); return role["person_roleid"] == c.Role }
	if !slices.ContainsFunc(roles, mine) {
		return user{}, errors.New("the selected role is none of the person's")
	}
	u.Role = c.Role
	return u, nil
}

// keySet is the provider's keys, fetched again once when a name is unknown.
// Keys nobody understands, or for something else, are left out.
type keySet struct {
	at   string
	web  *http.Client
	have []jose.JSONWebKey
}

// VerifySignature implements oidc.KeySet, for ID tokens and userinfo.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	return k.verify(ctx, token, "JWT")
}

// verify gives a token's claims, if it is of the kind.
func (k *keySet) verify(ctx context.Context, token, kind string) ([]byte, error) {
	jws, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	head := jws.Signatures[0].Header
	if err := plain(token, kind); err != nil {
		return nil, err
	}
	for range 2 {
		var named []jose.JSONWebKey
		for _, key := range k.have {
			if key.KeyID == head.KeyID || head.KeyID == "" && len(k.have) == 1 {
				named = append(named, key)
			}
		}
		for _, key := range named {
			if payload, err := jws.Verify(key.Key); err == nil {
				return payload, nil
			}
		}
		if err := k.fetch(ctx); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("no published key seals the token")
}

// plain refuses a token that says it is something else than what we expect.
func plain(token, kind string) error {
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var h struct {
		Type     string   `json:"typ"`
		Critical []string `json:"crit"`
		Session  string   `json:"sid"`
	}
	if err == nil {
		err = json.Unmarshal(raw, &h)
	}
	if err != nil || h.Critical != nil || h.Type != "" && !strings.EqualFold(h.Type, kind) {
		return fmt.Errorf("the token is a %q, critical %v: %w", h.Type, h.Critical, err)
	}
	return nil
}

func (k *keySet) fetch(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.at, nil)
	if err != nil {
		return err
	}
	resp, err := k.web.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&set); err != nil {
		return fmt.Errorf("key set: %w", err)
	}
	k.have = nil
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) == nil && (key.Use == "" || key.Use == "sig") && (key.Algorithm == "" || key.Algorithm == "RS256") {
			k.have = append(k.have, key)
		}
	}
	return nil
}

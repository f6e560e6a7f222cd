package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// metadata is what login needs of the provider's discovery document (OpenID
// Connect Discovery section 3, RFC 9126 section 5).
type metadata struct {
	Issuer     string   `json:"issuer"`
	Authorize  string   `json:"authorization_endpoint"`
	Token      string   `json:"token_endpoint"`
	Push       string   `json:"pushed_authorization_request_endpoint"`
	MustPush   bool     `json:"require_pushed_authorization_requests"` // the mode is fapi2
	Algorithms []string `json:"token_endpoint_auth_signing_alg_values_supported"`
}

func discover(ctx context.Context, issuer string) (m metadata, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer+"/.well-known/openid-configuration", nil)
	if err != nil {
		return m, err
	}
	return m, ask(r, http.StatusOK, &m)
}

// ask sends a request and reads the JSON of its answer into to. Another status is
// an error that has what the provider says.
func ask(r *http.Request, status int, to any) error {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode != status {
		return fmt.Errorf("%s answers %s: %s", r.URL.Redacted(), answer.Status, raw)
	}
	return json.Unmarshal(raw, to)
}

// audience is whom a client assertion is for: the issuer in FAPI 2.0 (section
// 5.3.2.1), at CIS2 the token endpoint.
func (m metadata) audience() string {
	if m.MustPush {
		return m.Issuer
	}
	return m.Token
}

// push hands the authorization request in and answers with the URL that refers
// to it (RFC 9126 section 2).
func (m metadata) push(ctx context.Context, request string, assertion url.Values) (string, error) {
	u, err := url.Parse(request)
	if err != nil {
		return "", err
	}
	form := u.Query()
	for name, values := range assertion {
		form[name] = values
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.Push, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var pushed struct {
		URI string `json:"request_uri"`
	}
	if err := ask(r, http.StatusCreated, &pushed); err != nil {
		return "", fmt.Errorf("the request is not taken: %w", err)
	}
	return m.Authorize + "?" + url.Values{"client_id": form["client_id"], "request_uri": {pushed.URI}}.Encode(), nil
}

// possession is a key that tokens are bound to (RFC 9449). As a RoundTripper it
// adds the proof to each request.
type possession struct {
	key *ecdsa.PrivateKey
	now time.Time // the provider's
}

func newPossession(now time.Time) (possession, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return possession{key, now}, err
}

// RoundTrip sends a copy of r with a proof in the DPoP header.
func (p possession) RoundTrip(r *http.Request) (*http.Response, error) {
	to := *r.URL
	to.RawQuery, to.Fragment = "", ""
	options := (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: p.key}, options)
	if err != nil {
		return nil, err
	}
	proof, err := jwt.Signed(signer).Claims(map[string]any{"htm": r.Method, "htu": to.String(), "jti": rand.Text(), "iat": p.now.Unix()}).Serialize()
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("DPoP", proof)
	return http.DefaultTransport.RoundTrip(r)
}

// JWK is the private key: without it nobody could use the token that is printed.
func (p possession) JWK() jose.JSONWebKey { return jose.JSONWebKey{Key: p.key, Algorithm: "ES256"} }

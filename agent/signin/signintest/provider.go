// Package signintest is an identity service small enough for a unit test. It
// speaks PROTOCOL.md §5 to §7 and can be bent at every point.
package signintest

import (
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// ID is the transaction the provider has.
const ID = "transaction-0123456789"

// Provider is an issuer with one transaction. The zero values of its fields are
// a correct provider; Key is required.
type Provider struct {
	Key *rsa.PrivateKey
	// Ahead is how far its clock is from this machine's.
	Ahead time.Duration
	// Request and Receipt change claims; Header changes the request's header.
	Request, Receipt func(claims map[string]any)
	Header           func(o *jose.SignerOptions)
	// SignWith replaces the key that signs requests, which is not published.
	SignWith *jose.SigningKey
	// Answer replaces the whole handler for a path, relative to the issuer.
	Answer map[string]http.HandlerFunc

	URL string

	mu         sync.Mutex
	failures   []string
	assertions []string
}

// Start serves until the test ends.
func (p *Provider) Start(t *testing.T) *Provider {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(s.Close)
	p.URL = s.URL + "/realm"
	return p
}

// Issuer is the settings for it.
func (p *Provider) Issuer() settings.Issuer {
	return settings.Issuer{URL: p.URL, Environment: "int"}
}

// Failures are the bodies reported, Assertions those posted.
func (p *Provider) Failures() []string { p.mu.Lock(); defer p.mu.Unlock(); return p.failures }

// Assertions are the card assertions that were posted.
func (p *Provider) Assertions() []string { p.mu.Lock(); defer p.mu.Unlock(); return p.assertions }

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", time.Now().Add(p.Ahead).UTC().Format(http.TimeFormat))
	path := r.URL.Path[min(len("/realm"), len(r.URL.Path)):]
	if h, ok := p.Answer[path]; ok {
		h(w, r)
		return
	}
	switch path {
	case "/.well-known/openid-configuration":
		p.json(w, map[string]any{"issuer": p.URL, "jwks_uri": p.URL + "/keys", "authorization_endpoint": p.URL + "/a", "token_endpoint": p.URL + "/t"})
	case "/keys":
		p.json(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.Key.PublicKey, KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	case "/smartcard/v1/requests/" + ID:
		p.jwt(w, "cis2-authn-req+jwt", p.request(), p.Header, p.SignWith)
	case "/smartcard/v1/requests/" + ID + "/failure":
		p.keep(&p.failures, r)
		w.WriteHeader(http.StatusNoContent)
	case "/smartcard/v1/assertions":
		p.keep(&p.assertions, r)
		p.jwt(w, "cis2-receipt+jwt", p.receipt(), nil, nil)
	default:
		http.NotFound(w, r)
	}
}

func (p *Provider) request() map[string]any {
	now := time.Now().Add(p.Ahead).Unix()
	c := map[string]any{"iss": p.URL, "aud": "smartcard-connect", "jti": "jti-1", "txn": ID, "nonce": "nonce-0123456789-abcdef",
		"iat": now, "exp": now + 120, "acr_values": "AAL3_ANY", "client_name": "Ward Notes", "environment": "int", "device": "none"}
	if p.Request != nil {
		p.Request(c)
	}
	return c
}

// receipt answers the last assertion; its subject is whoever signed.
func (p *Provider) receipt() map[string]any {
	p.mu.Lock()
	last := p.assertions[len(p.assertions)-1]
	p.mu.Unlock()
	var claims struct {
		Subject string `json:"sub"`
	}
	if jws, err := jose.ParseSignedCompact(last, []jose.SignatureAlgorithm{jose.RS256}); err == nil {
		_ = json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &claims)
	}
	now := time.Now().Add(p.Ahead).Unix()
	c := map[string]any{"iss": p.URL, "aud": "smartcard-connect", "txn": ID, "nonce": "nonce-0123456789-abcdef", "sub": claims.Subject,
		"jti": "receipt-1", "iat": now, "exp": now + 30, "ticket": "ticket-0123456789-abcdef"}
	if p.Receipt != nil {
		p.Receipt(c)
	}
	return c
}

func (p *Provider) keep(list *[]string, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, string(body))
}

func (p *Provider) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *Provider) jwt(w http.ResponseWriter, typ string, claims map[string]any, change func(*jose.SignerOptions), key *jose.SigningKey) {
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", "k1")
	if change != nil {
		change(options)
	}
	if key == nil {
		key = &jose.SigningKey{Algorithm: jose.RS256, Key: p.Key}
	}
	payload, _ := json.Marshal(claims)
	signer, err := jose.NewSigner(*key, options)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	raw, _ := jws.CompactSerialize()
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = io.WriteString(w, raw)
}

package provider

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// secured is an application as FAPI 2.0 wants it (section 5.3.3): it pushes its
// requests, proves who it is by private_key_jwt with PS256 for the issuer, and
// has its tokens bound to a key of its own. Providers that ask for less take
// that too.
type secured struct {
	t                    *target.Target
	app                  *relyingparty.Application
	key                  *ecdsa.PrivateKey
	par, token, userinfo string        // endpoints
	ahead                time.Duration // of its clock
}

// secure is such an application: the one with a key.
func secure(ctx context.Context, t *target.Target) (*secured, error) {
	app, err := relyingparty.New(ctx, t, 1)
	if err != nil {
		return nil, err
	}
	doc, err := metadata(ctx, t)
	if err != nil {
		return nil, err
	}
	s := &secured{t: t, app: app}
	s.par, _ = doc["pushed_authorization_request_endpoint"].(string)
	s.token, _ = doc["token_endpoint"].(string)
	s.userinfo, _ = doc["userinfo_endpoint"].(string)
	s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return s, err
}

// ask is an authorization request as a form.
func (s *secured) ask(more ...oauth2.AuthCodeOption) (*relyingparty.Flow, url.Values, error) {
	f := s.app.Begin(nil, more...)
	u, err := url.Parse(f.URL)
	if err != nil {
		return nil, nil, err
	}
	return f, u.Query(), nil
}

// signed adds client authentication to a form.
func (s *secured) signed(form url.Values, w relyingparty.Assertion) error {
	if w.Algorithm == "" {
		w.Algorithm = jose.PS256
	}
	if w.Audience == "" {
		w.Audience = s.t.Issuer
	}
	if now := time.Now().Add(s.ahead); s.ahead != 0 {
		w.Claims = map[string]any{"iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	}
	assertion, err := s.app.Assertion(w)
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", assertion)
	return err
}

// push sends a request to where requests are pushed.
func (s *secured) push(ctx context.Context, form url.Values, w relyingparty.Assertion, header http.Header) (answer, error) {
	if err := s.signed(form, w); err != nil {
		return answer{}, err
	}
	return call(ctx, s.t, http.MethodPost, s.par, form, header)
}

// reference is what a push is answered with.
type reference struct {
	URI  string  `json:"request_uri"`
	Life float64 `json:"expires_in"` // seconds
}

// pushed is a request that has been pushed, and how it is to be referred to.
func (s *secured) pushed(ctx context.Context, more ...oauth2.AuthCodeOption) (f *relyingparty.Flow, r reference, err error) {
	f, form, err := s.ask(more...)
	if err != nil {
		return nil, r, err
	}
	a, err := s.push(ctx, form, relyingparty.Assertion{}, nil)
	if err != nil {
		return nil, r, err
	}
	if a.Status >= 300 {
		return nil, r, refused{a.Status, a.Body}
	}
	return f, r, json.Unmarshal([]byte(a.Body), &r)
}

// front is where the browser goes with a reference; more are pairs of names and
// values beside it.
func (s *secured) front(client, uri string, more ...string) string {
	q := url.Values{"client_id": {client}, "request_uri": {uri}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return s.app.Provider.Endpoint().AuthURL + "?" + q.Encode()
}

// opened is the page a browser of its own gets at such an address.
func (s *secured) opened(ctx context.Context, address string) (*browser.Page, error) {
	return browser.New(s.t.HTTP).Go(ctx, address, s.app.Redirect)
}

// enter signs the person in by reference, up to the code.
func (s *secured) enter(ctx context.Context, f *relyingparty.Flow, uri string) (string, error) {
	back, err := journey.VisitBy(ctx, s.t, browser.New(s.t.HTTP), s.front(s.app.Client.ID, uri), s.app.Redirect, ByHand)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(back)
	if err != nil {
		return "", err
	}
	return f.Code(u)
}

// code is a fresh one.
func (s *secured) code(ctx context.Context, more ...oauth2.AuthCodeOption) (*relyingparty.Flow, string, error) {
	f, r, err := s.pushed(ctx, more...)
	if err != nil {
		return nil, "", err
	}
	code, err := s.enter(ctx, f, r.URI)
	return f, code, err
}

// redeem spends a code with headers of one's own making.
func (s *secured) redeem(ctx context.Context, f *relyingparty.Flow, code string, header http.Header) (answer, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.app.Redirect}, "code_verifier": {f.Verifier}, "client_id": {s.app.Client.ID}}
	if err := s.signed(form, relyingparty.Assertion{}); err != nil {
		return answer{}, err
	}
	return call(ctx, s.t, http.MethodPost, s.token, form, header)
}

// tokens is a whole sign-in, with tokens bound to the application's key.
func (s *secured) tokens(ctx context.Context, more ...oauth2.AuthCodeOption) (*relyingparty.Flow, map[string]any, error) {
	f, code, err := s.code(ctx, more...)
	if err != nil {
		return nil, nil, err
	}
	header, err := s.proof(proof{})
	if err != nil {
		return nil, nil, err
	}
	a, err := s.redeem(ctx, f, code, header)
	if err != nil {
		return nil, nil, err
	}
	if a.Status != http.StatusOK {
		return nil, nil, refused{a.Status, a.Body}
	}
	doc := map[string]any{}
	return f, doc, json.Unmarshal([]byte(a.Body), &doc)
}

// bound is the access token of a whole sign-in.
func (s *secured) bound(ctx context.Context) (string, error) {
	_, doc, err := s.tokens(ctx)
	token, _ := doc["access_token"].(string)
	return token, err
}

// proof is what to change about a DPoP proof. The zero value is a right one for
// the token endpoint (RFC 9449 section 4.2).
type proof struct {
	Typ, Method, URL, JTI, Nonce string
	Token                        string            // that is presented with it
	Ago                          time.Duration     // since it was made
	Key                          *ecdsa.PrivateKey // the application's when nil
	Private                      bool              // the header shows the private key
	Forged                       bool              // another key signs than the header shows
	RSA                          bool              // the key is an RSA one, with RS256
}

// proof makes the DPoP header.
func (s *secured) proof(p proof) (http.Header, error) {
	key, shown, alg := p.keys(s.key)
	if p.Typ == "" {
		p.Typ = "dpop+jwt"
	}
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(p.Typ)).WithHeader("jwk", jose.JSONWebKey{Key: shown})
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		return nil, err
	}
	raw, err := jwt.Signed(signer).Claims(p.claims(s)).Serialize()
	return http.Header{"Dpop": {raw}}, err
}

// keys are the key that signs, the key that is shown, and the algorithm.
func (p proof) keys(own *ecdsa.PrivateKey) (key, shown any, alg jose.SignatureAlgorithm) {
	if p.RSA {
		k := testpki.Published("card-10")
		return k, k.Public(), jose.RS256
	}
	if p.Key == nil {
		p.Key = own
	}
	key, shown = p.Key, p.Key.Public()
	if p.Private {
		shown = p.Key
	}
	if p.Forged {
		key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // never fails since Go 1.24
	}
	return key, shown, jose.ES256
}

func (p proof) claims(s *secured) map[string]any {
	claims := map[string]any{"htm": http.MethodPost, "htu": s.token, "jti": random(), "iat": time.Now().Add(s.ahead - p.Ago).Unix()}
	for name, v := range map[string]string{"htm": p.Method, "htu": p.URL, "jti": p.JTI, "nonce": p.Nonce} {
		if v != "" {
			claims[name] = v
		}
	}
	if p.Token != "" {
		sum := sha256.Sum256([]byte(p.Token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return claims
}

func random() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}

// thumbprint names a key (RFC 7638).
func thumbprint(key *ecdsa.PrivateKey) (string, error) {
	sum, err := (&jose.JSONWebKey{Key: key.Public()}).Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err
}

// about asks userinfo with a bound token; the proof's method, address and token
// are filled in unless given.
func (s *secured) about(ctx context.Context, scheme, token string, p proof) (answer, error) {
	if p.Method == "" {
		p.Method = http.MethodGet
	}
	if p.URL == "" {
		p.URL = s.userinfo
	}
	if p.Token == "" {
		p.Token = token
	}
	header, err := s.proof(p)
	if err != nil {
		return answer{}, err
	}
	header.Set("Authorization", scheme+" "+token)
	return call(ctx, s.t, http.MethodGet, s.userinfo, nil, header)
}

package provider

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// hand is a card and an agent in one, of the suite's own making: it knows the
// published test keys, so the provider can be judged without either.
type hand struct {
	t    *target.Target
	pair testpki.Pair
	sub  string // claimed; the holder's when empty
	aud  string // claimed; the issuer when empty
	http *http.Client
}

// of is the hand of test holder n.
func of(t *target.Target, n int) *hand {
	id := testpki.Issue(testpki.Holders()[n], t.Now())
	return &hand{t: t, pair: id.Authentication, sub: id.Holder.UUID, http: &http.Client{Transport: t.HTTP, Timeout: 20 * time.Second}}
}

// selfMade is a card of the holder's name from an authority nobody knows.
func selfMade(t *target.Target, n int) (*hand, error) {
	h := of(t, n)
	ca, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	parent := *testpki.Authentication().Certificate
	parent.PublicKey = &ca.PublicKey
	der, err := x509.CreateCertificate(rand.Reader, h.pair.Certificate, &parent, &h.pair.Key.PublicKey, ca)
	if err != nil {
		return nil, err
	}
	h.pair.Certificate, err = x509.ParseCertificate(der)
	return h, err
}

// refused is a provider's no.
type refused struct {
	Status int
	Body   string
}

func (r refused) Error() string {
	return fmt.Sprintf("the provider answers %d: %.300s", r.Status, r.Body)
}

// request fetches and verifies the request of a transaction.
func (h *hand) request(ctx context.Context, id string) (raw string, claims map[string]any, err error) {
	raw, err = h.do(ctx, http.MethodGet, h.t.Issuer+"/smartcard/v1/requests/"+id, "", nil)
	if err != nil {
		return "", nil, err
	}
	claims, err = h.verify(ctx, raw, "cis2-authn-req+jwt")
	return raw, claims, err
}

// verify checks signature, issuer, audience and type of a provider's JWT.
func (h *hand) verify(ctx context.Context, raw, typ string) (map[string]any, error) {
	ctx = oidc.ClientContext(ctx, h.http)
	p, err := oidc.NewProvider(ctx, h.t.Issuer)
	if err != nil {
		return nil, err
	}
	token, err := p.VerifierContext(ctx, &oidc.Config{ClientID: "smartcard-connect", SupportedSigningAlgs: []string{oidc.RS256, oidc.PS256, oidc.ES256}}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("a JWT of %d characters: %w", len(raw), err)
	}
	if err := headerType(raw, typ); err != nil {
		return nil, err
	}
	claims := map[string]any{}
	return claims, token.Claims(&claims)
}

func headerType(raw, typ string) error {
	first, _, _ := strings.Cut(raw, ".")
	header, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return err
	}
	var h struct{ Typ string }
	if err := json.Unmarshal(header, &h); err != nil {
		return err
	}
	if h.Typ != typ {
		return fmt.Errorf("typ is %q, not %q", h.Typ, typ)
	}
	return nil
}

// assertion signs a card assertion for the request (protocol §6).
func (h *hand) assertion(request map[string]any) (string, error) {
	options := (&jose.SignerOptions{}).WithType("cis2-card-assertion+jwt").
		WithHeader("x5c", []string{base64.StdEncoding.EncodeToString(h.pair.Certificate.Raw)})
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: h.pair.Key}, options)
	if err != nil {
		return "", err
	}
	aud := h.aud
	if aud == "" {
		aud = h.t.Issuer
	}
	jti := make([]byte, 16)
	_, _ = rand.Read(jti)
	now := h.t.Now()
	return jwt.Signed(signer).Claims(map[string]any{
		"iss": h.sub, "sub": h.sub, "aud": aud, "txn": request["txn"], "nonce": request["nonce"],
		"jti": base64.RawURLEncoding.EncodeToString(jti), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}).Serialize()
}

// send posts an assertion and returns the receipt's ticket.
func (h *hand) send(ctx context.Context, assertion string) (ticket string, err error) {
	raw, err := h.do(ctx, http.MethodPost, h.t.Issuer+"/smartcard/v1/assertions", "application/jwt", []byte(assertion))
	if err != nil {
		return "", err
	}
	receipt, err := h.verify(ctx, raw, "cis2-receipt+jwt")
	if err != nil {
		return "", fmt.Errorf("receipt: %w", err)
	}
	if ticket, _ = receipt["ticket"].(string); ticket == "" || receipt["sub"] != h.sub {
		return "", errors.New("receipt: no ticket, or for somebody else")
	}
	return ticket, nil
}

// ticket is request, assertion and receipt.
func (h *hand) ticket(ctx context.Context, id string) (string, error) {
	_, request, err := h.request(ctx, id)
	if err != nil {
		return "", fmt.Errorf("request: %w", err)
	}
	a, err := h.assertion(request)
	if err != nil {
		return "", err
	}
	return h.send(ctx, a)
}

// ByHand proves the card of the suite's person without an agent, for those who
// sign in more often than an agent lets them.
func ByHand(ctx context.Context, t *target.Target, _ *browser.Browser, id string) (ticket string, err error) {
	return of(t, person).ticket(ctx, id)
}

func (h *hand) do(ctx context.Context, method, url, contentType string, body []byte) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/jwt")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err == nil && resp.StatusCode >= 300 {
		err = refused{resp.StatusCode, string(raw)}
	}
	return string(raw), err
}

package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Bounds of every exchange with a provider (PROTOCOL.md §5).
const (
	exchangeTime = 10 * time.Second
	maxToken     = 16384
	maxDocument  = 1 << 18 // discovery and keys
)

// algorithms a provider may sign with (PROTOCOL.md §5).
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256}

// provider is an issuer whose discovery was read.
type provider struct {
	settings.Issuer
	client *http.Client
	keys   oidc.KeySet
}

// provider discovers an issuer once and keeps it: its keys refresh themselves.
func (s *Service) provider(ctx context.Context, issuer settings.Issuer) (*provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.providers[issuer.URL]; ok {
		return p, nil
	}
	p, err := discover(ctx, issuer, bounded(s.HTTP))
	if err != nil {
		return nil, fail(ProviderUnreachable, "discovery: %w", err)
	}
	if s.providers == nil {
		s.providers = map[string]*provider{}
	}
	s.providers[issuer.URL] = p
	return p, nil
}

func discover(ctx context.Context, issuer settings.Issuer, client *http.Client) (*provider, error) {
	ctx = oidc.ClientContext(ctx, client)
	found, err := oidc.NewProvider(ctx, issuer.URL)
	if err != nil {
		return nil, err
	}
	var document struct {
		Keys string `json:"jwks_uri"`
	}
	if err := found.Claims(&document); err != nil {
		return nil, err
	}
	if err := safe(document.Keys, issuer); err != nil {
		return nil, err
	}
	return &provider{issuer, client, oidc.NewRemoteKeySet(ctx, document.Keys)}, nil
}

// safe refuses keys from an http address, except this machine's own for an
// issuer that is so too.
func safe(address string, issuer settings.Issuer) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	if u.Scheme == "https" || (u.Scheme == "http" && issuer.Test() && local) {
		return nil
	}
	return fmt.Errorf("jwks_uri %q is not https", address)
}

// bounded is client without redirects and with limits on time and size.
func bounded(client *http.Client) *http.Client {
	c := http.Client{}
	if client != nil {
		c = *client
	}
	c.Timeout, c.Jar = exchangeTime, nil
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Transport = limited{c.Transport}
	return &c
}

// limited cuts bodies off with an error.
type limited struct{ http.RoundTripper }

// RoundTrip is http.RoundTripper's.
func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxDocument)
	}
	return resp, err
}

// do sends a request to a path below the issuer and reads at most maxToken
// bytes of answer.
func (p *provider) do(ctx context.Context, method, path, contentType, body string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, p.Endpoint(path), strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Accept", "application/jwt")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, maxToken))
	return resp, answer, err
}

// open verifies a compact JWS of the issuer: algorithm, type, signature. It
// returns the payload.
func (p *provider) open(ctx context.Context, raw, typ string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(raw, algorithms)
	if err != nil {
		return nil, err
	}
	if got, _ := jws.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string); got != typ {
		return nil, fmt.Errorf("typ is %q, not %q", got, typ)
	}
	return p.keys.VerifySignature(ctx, raw)
}

// unreachable tells an absent provider from a wrong one.
func unreachable(err error) bool {
	var transport *url.Error
	return errors.As(err, &transport) || errors.Is(err, context.DeadlineExceeded)
}

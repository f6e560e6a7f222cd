package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// getJSON reads one of the provider's public documents.
func getJSON(ctx context.Context, t *target.Target, address string) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: t.HTTP, Timeout: 20 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, refused{resp.StatusCode, string(raw)}
	}
	doc := map[string]any{}
	return doc, json.Unmarshal(raw, &doc)
}

func metadata(ctx context.Context, t *target.Target) (map[string]any, error) {
	return getJSON(ctx, t, strings.TrimSuffix(t.Issuer, "/")+"/.well-known/openid-configuration")
}

func discovery(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	if doc["issuer"] != t.Issuer {
		return fmt.Errorf("issuer is %q, configured is %q", doc["issuer"], t.Issuer)
	}
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"} {
		if s, _ := doc[name].(string); s == "" {
			return fmt.Errorf("%s is missing among %d members", name, len(doc))
		}
	}
	return nil
}

// paths of CIS2 below the issuer.
var paths = map[string]string{
	"authorization_endpoint": "/authorize", "token_endpoint": "/access_token",
	"userinfo_endpoint": "/userinfo", "jwks_uri": "/connect/jwk_uri",
}

func discoveryCIS2(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	for name, path := range paths {
		if doc[name] != t.Issuer+path {
			return fmt.Errorf("%s is %v, CIS2 has it at %s", name, doc[name], path)
		}
	}
	if err := has(doc, "acr_values_supported", "AAL3_ANY"); err != nil {
		return err
	}
	if err := has(doc, "scopes_supported", "openid", "nhsperson", "nationalrbacaccess", "selectedrole"); err != nil {
		return err
	}
	raw, _ := json.Marshal(doc) // it came from JSON
	if strings.Contains(string(raw), "/smartcard/") {
		return fmt.Errorf("discovery names a smartcard endpoint, which is not part of OpenID Connect, among %d members", len(doc))
	}
	return nil
}

func has(doc map[string]any, name string, want ...string) error {
	list, _ := doc[name].([]any)
	for _, w := range want {
		if !slices.Contains(list, any(w)) {
			return fmt.Errorf("%s has no %q", name, w)
		}
	}
	return nil
}

func jwks(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	address, _ := doc["jwks_uri"].(string)
	set, err := getJSON(ctx, t, address)
	if err != nil {
		return err
	}
	keys, _ := set["keys"].([]any)
	if len(keys) == 0 {
		return errors.New("the key set is empty")
	}
	rsa := false
	for _, entry := range keys {
		key, _ := entry.(map[string]any)
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if key[private] != nil {
				return fmt.Errorf("the key set publishes the private member %q", private)
			}
		}
		if key["kty"] == nil || key["use"] != "sig" || key["kid"] == nil || key["alg"] == nil {
			return fmt.Errorf("key %v lacks kty, use sig, kid or alg", key["kid"])
		}
		if rsa = rsa || key["kty"] == "RSA"; key["kty"] != "RSA" && len(t.Missing([]target.Feature{target.CIS2})) == 0 {
			return fmt.Errorf("key %v is %v, CIS2 has RSA keys only", key["kid"], key["kty"])
		}
	}
	if !rsa {
		return errors.New("there is no RSA key")
	}
	return nil
}

// errorPage wants an authorization request to end on a page of the provider.
func errorPage(ctx context.Context, t *target.Target, change func(url.Values), elsewhere string) error {
	app, err := relyingparty.New(ctx, t, 0)
	if err != nil {
		return err
	}
	u, err := url.Parse(app.Begin(nil).URL)
	if err != nil {
		return err
	}
	q := u.Query()
	change(q)
	u.RawQuery = q.Encode()
	page, err := browser.New(t.HTTP).Go(ctx, u.String(), elsewhere)
	if err != nil {
		return err
	}
	if page.Status == 0 || page.Status < 400 {
		return fmt.Errorf("no error page: the browser is at %s with status %d instead of being refused a redirect or a login", page.URL.Redacted(), page.Status)
	}
	return nil
}

func redirectExact(ctx context.Context, t *target.Target) error {
	const elsewhere = "https://attacker.example.test/"
	return errorPage(ctx, t, func(q url.Values) { q.Set("redirect_uri", elsewhere+"callback") }, elsewhere)
}

func unregisteredClient(ctx context.Context, t *target.Target) error {
	client, err := t.Client(0)
	if err != nil {
		return err
	}
	return errorPage(ctx, t, func(q url.Values) { q.Set("client_id", "nobody.apps.national") }, client.RedirectURI)
}

func notFramed(ctx context.Context, t *target.Target) error {
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	h := j.Page.Header
	if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		return fmt.Errorf("the login page may be framed: Content-Security-Policy is %q, without frame-ancestors 'none'", h.Get("Content-Security-Policy"))
	}
	if !strings.Contains(h.Get("Cache-Control"), "no-store") {
		return errors.New("the login page may be cached: no no-store")
	}
	if got := h.Get("Referrer-Policy"); got != "origin" {
		return fmt.Errorf("the login page's Referrer-Policy is %q, not origin", got)
	}
	return nil
}

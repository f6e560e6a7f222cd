package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// clocked wants a clock and keys that can be moved.
var clocked = append([]target.Feature{target.Clock}, signedIn...)

// discoveryChecks are about discovery and the key set: the Config OP profile,
// RFC 9700 and CIS2.
func discoveryChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.discovery-required", Title: "Discovery has every required member, and RS256 for ID tokens", Source: "OpenID Connect Discovery 1.0 §3; oidcc discovery-endpoint-verification", Requires: anyProvider, Proof: "provider.discovery-without-subject-types", Because: "subject_types_supported", Run: discoveryRequired},
		{ID: "provider.discovery-json", Title: "Discovery is JSON and says so", Source: "OpenID Connect Discovery 1.0 §4.2", Requires: anyProvider, Proof: "provider.discovery-as-text", Because: "text/plain", Run: discoveryJSON},
		{ID: "provider.discovery-code-only", Title: "Discovery announces code and no flow that puts access tokens into addresses", Source: "RFC 9700 §2.1.2", Requires: anyProvider, Proof: "provider.discovery-implicit", Because: "token", Run: announces("response_types_supported", []string{"code"}, "token", "id_token token", "code token", "code id_token token")},
		{ID: "provider.discovery-pkce", Title: "Discovery announces S256 and not plain", Source: "RFC 9700 §2.1.1; RFC 8414 §2", Requires: anyProvider, Proof: "provider.discovery-plain", Because: "plain", Run: announces("code_challenge_methods_supported", []string{"S256"}, "plain")},
		{ID: "provider.discovery-issuer-parameter", Title: "Discovery announces that iss is on the redirect", Source: "RFC 9207 §3", Requires: anyProvider, Proof: "provider.discovery-without-iss-parameter", Because: "authorization_response_iss_parameter_supported", Run: discoveryIssuerParameter},
		{ID: "provider.discovery-signed", Title: "Discovery announces no ID tokens without a signature", Source: "OpenID Connect Discovery 1.0 §3; RFC 8725 §3.2", Requires: anyProvider, Proof: "provider.discovery-alg-none", Because: "none", Run: announces("id_token_signing_alg_values_supported", []string{"RS256"}, "none")},
		{ID: "provider.discovery-client-keys", Title: "Discovery announces private_key_jwt with RS256 and RS512", Source: "NHS CIS2 client authentication", Requires: cis2, Proof: "provider.discovery-without-rs512", Because: "RS512", Run: discoveryClientKeys},
		{ID: "provider.discovery-acr", Title: "Every acr value that discovery announces is one of CIS2's", Source: "NHS CIS2 guidance, acr values", Requires: cis2, Proof: "provider.discovery-foreign-acr", Because: "silver", Run: discoveryACR},
		{ID: "provider.discovery-nothing-more", Title: "Discovery announces no pushed requests, DPoP, certificates or registration, which CIS2 does not have", Source: "NHS CIS2 guidance, discovery", Requires: cis2, Proof: "provider.discovery-more", Because: "pushed_authorization_request_endpoint", Run: discoveryNothingMore},
		{ID: "provider.jwks-names", Title: "No two keys of the key set have the same kid", Source: "RFC 7517 §4.5", Requires: anyProvider, Proof: "provider.jwks-duplicate-kid", Because: "twice", Run: jwksNames},
		{ID: "provider.jwks-strength", Title: "No RSA key of the key set is shorter than 2048 bits", Source: "RFC 7518 §3.3", Requires: anyProvider, Proof: "provider.short-key", Because: "1024 bits", Run: jwksStrength},
		{ID: "provider.rotated-key", Title: "After a rotation an ID token of before still verifies, and a new one has a key of the set", Source: "OpenID Connect Core 1.0 §10.1.1; oidcc server-rotate-keys", Requires: clocked, Proof: "provider.rotated-key-dropped", Because: "before the rotation", Run: rotatedKey},
	}
}

func discoveryRequired(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	for _, name := range []string{"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"} {
		if doc[name] == nil {
			return fmt.Errorf("%s is missing among %d members", name, len(doc))
		}
	}
	return has(doc, "id_token_signing_alg_values_supported", "RS256")
}

func discoveryJSON(ctx context.Context, t *target.Target) error {
	a, err := call(ctx, t, http.MethodGet, strings.TrimSuffix(t.Issuer, "/")+"/.well-known/openid-configuration", nil, nil)
	if err != nil {
		return err
	}
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
		return fmt.Errorf("discovery is %q, not application/json", got)
	}
	return nil
}

// announces wants a list of discovery to have some values and not to have others.
func announces(name string, want []string, not ...string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		doc, err := metadata(ctx, t)
		if err != nil {
			return err
		}
		list, _ := doc[name].([]any)
		for _, v := range not {
			if slices.Contains(list, any(v)) {
				return fmt.Errorf("%s has %q", name, v)
			}
		}
		return has(doc, name, want...)
	}
}

func discoveryIssuerParameter(ctx context.Context, t *target.Target) error {
	const name = "authorization_response_iss_parameter_supported"
	doc, err := metadata(ctx, t)
	if err == nil && doc[name] != true {
		err = fmt.Errorf("%s is %v", name, doc[name])
	}
	return err
}

func discoveryClientKeys(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	return errors.Join(has(doc, "token_endpoint_auth_methods_supported", "private_key_jwt"),
		has(doc, "token_endpoint_auth_signing_alg_values_supported", "RS256", "RS512"))
}

// acrs are the values of the guidance.
var acrs = []any{"AAL3_ANY", "AAL2_OR_AAL3_ANY", "AAL2_ANY", "AAL1_USERPASS", "AAL3_IOS", "AAL3_FIDO2",
	"AAL3_N3_SMARTCARD", "AAL3_CIS2_SMARTCARD", "AAL3_SMARTCARD", "AAL2_TOTP", "AAL2_NHSMAIL"}

func discoveryACR(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	list, _ := doc["acr_values_supported"].([]any)
	for _, v := range list {
		if !slices.Contains(acrs, v) {
			return fmt.Errorf("acr_values_supported has %v, which is no value of CIS2", v)
		}
	}
	return has(doc, "acr_values_supported", "AAL3_ANY")
}

func discoveryNothingMore(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	for _, name := range []string{"pushed_authorization_request_endpoint", "dpop_signing_alg_values_supported", "tls_client_certificate_bound_access_tokens", "registration_endpoint", "device_authorization_endpoint"} {
		if doc[name] != nil && doc[name] != false {
			return fmt.Errorf("discovery has %s, CIS2 has nothing like it", name)
		}
	}
	return nil
}

// keySet is the published keys.
func keySet(ctx context.Context, t *target.Target) ([]map[string]any, error) {
	doc, err := metadata(ctx, t)
	if err != nil {
		return nil, err
	}
	address, _ := doc["jwks_uri"].(string)
	set, err := getJSON(ctx, t, address)
	if err != nil {
		return nil, err
	}
	list, _ := set["keys"].([]any)
	var keys []map[string]any
	for _, entry := range list {
		if key, ok := entry.(map[string]any); ok {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set is empty")
	}
	return keys, nil
}

func jwksNames(ctx context.Context, t *target.Target) error {
	keys, err := keySet(ctx, t)
	if err != nil {
		return err
	}
	seen := map[any]bool{}
	for _, key := range keys {
		if seen[key["kid"]] {
			return fmt.Errorf("the kid %v is there twice", key["kid"])
		}
		seen[key["kid"]] = true
	}
	return nil
}

func jwksStrength(ctx context.Context, t *target.Target) error {
	keys, err := keySet(ctx, t)
	if err != nil {
		return err
	}
	for _, key := range keys {
		n, _ := key["n"].(string)
		raw, err := base64.RawURLEncoding.DecodeString(n)
		if err != nil {
			return fmt.Errorf("the modulus of %v: %w", key["kid"], err)
		}
		if key["kty"] == "RSA" && len(raw) < 256 {
			return fmt.Errorf("the key %v has %d bits", key["kid"], 8*len(raw))
		}
	}
	return nil
}

func rotatedKey(ctx context.Context, t *target.Target) error {
	j, err := arrive(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	before, err := j.Flow.Finish(ctx, j.Page.URL)
	if err != nil {
		return err
	}
	if err := t.Side.RotateKey(ctx); err != nil {
		return suite.Broken{Err: err}
	}
	after, err := arrive(ctx, t, journey.Options{}) // knows only the keys of now
	if err != nil {
		return err
	}
	if _, err := after.Flow.Finish(ctx, after.Page.URL); err != nil {
		return fmt.Errorf("after the rotation: %w", err)
	}
	if err := after.App.Verify(ctx, before.RawID); err != nil {
		return fmt.Errorf("an ID token of before the rotation: %w", err)
	}
	return nil
}

// later moves the provider's clock for the time of body.
func later(ctx context.Context, t *target.Target, by time.Duration, body func() error) error {
	if err := t.Side.Advance(ctx, by); err != nil {
		return suite.Broken{Err: err}
	}
	err := body()
	if back := t.Side.Advance(ctx, -by); back != nil {
		return suite.Broken{Err: back}
	}
	return err
}

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// fapiChecks are what the FAPI 2.0 Security Profile asks for beyond pushed
// requests and bound tokens, which have suites of their own.
func fapiChecks() []suite.Check {
	const fapi, lax = "FAPI 2.0 Security Profile ", "provider.fapi2-unenforced"
	kept := []target.Feature{target.FAPI2}
	signing := append([]target.Feature{target.Login}, kept...)
	return []suite.Check{
		{ID: "provider.fapi2-discovery", Title: "Discovery says that requests must be pushed, and has private_key_jwt alone", Source: fapi + "§5.3.2.1, §5.3.2.2; RFC 9126 §5", Requires: kept, Proof: "provider.discovery-bare", Because: "require_pushed_authorization_requests", Run: fapiDiscovery},
		{ID: "provider.fapi2-code-flow", Title: "A card signs its holder in by a pushed request with tokens bound to a key", Source: fapi + "§5.3.2", Requires: signing, Proof: "provider.missing-id-token", Because: "ID token", Run: fapiCodeFlow},
		{ID: "provider.fapi2-pushed-only", Title: "A request that was not pushed is refused", Source: fapi + "§5.3.2.2", Requires: kept, Proof: lax, Because: "not pushed", Run: fapiPushedOnly},
		{ID: "provider.fapi2-challenge", Title: "A pushed request without a challenge is refused", Source: fapi + "§5.3.2.2", Requires: kept, Proof: lax, Because: "without a challenge", Run: pushRefused("a request without a challenge", without("code_challenge", "code_challenge_method"), "invalid_request")},
		{ID: "provider.fapi2-bound-only", Title: "There is no token without a proof of a key", Source: fapi + "§5.3.2.1", Requires: signing, Proof: lax, Because: "without a proof", Run: fapiBoundOnly},
		{ID: "provider.fapi2-audience", Title: "A client assertion for the token endpoint instead of the issuer is refused", Source: fapi + "§5.3.2.1", Requires: kept, Proof: lax, Because: "for the token endpoint", Run: fapiAudience},
		{ID: "provider.fapi2-audience-list", Title: "A client assertion whose aud is a list is refused", Source: fapi + "§5.3.2.1", Requires: kept, Proof: "provider.assertion-claims-unchecked", Because: "is a list", Run: fapiAudienceList},
		{ID: "provider.fapi2-assertion-algorithm", Title: "A client assertion by RS256 is refused", Source: fapi + "§5.4.1", Requires: kept, Proof: lax, Because: "by RS256", Run: fapiAssertion("an assertion by RS256", relyingparty.Assertion{Algorithm: jose.RS256})},
		{ID: "provider.fapi2-assertion-ahead", Title: "A client assertion of a clock 8 seconds ahead is accepted, of one 61 seconds ahead refused", Source: fapi + "§5.3.2.1", Requires: kept, Proof: "provider.assertion-claims-unchecked", Because: "61 seconds ahead", Run: fapiAhead},
		{ID: "provider.fapi2-no-secret", Title: "A client secret is refused", Source: fapi + "§5.3.2.1", Requires: kept, Proof: lax, Because: "a client secret", Run: fapiNoSecret},
		{ID: "provider.fapi2-proof-algorithm", Title: "A DPoP proof by RS256 is refused", Source: fapi + "§5.4.1", Requires: signing, Proof: lax, Because: "by RS256", Run: proofRefused("by RS256", proof{RSA: true})},
		{ID: "provider.fapi2-id-token-algorithm", Title: "The ID token is signed by PS256, ES256 or EdDSA", Source: fapi + "§5.4.1", Requires: signing, Proof: "provider.invalid-sig-hs256", Because: "HS256", Run: fapiIDToken},
		{ID: "provider.fapi2-issuer", Title: "The redirect carries the exact issuer", Source: fapi + "§5.3.2.2; RFC 9207 §2", Requires: signing, Proof: "provider.wrong-issuer-in-redirect:n=1", Because: "iss", Run: fapiIssuer},
		{ID: "provider.fapi2-code-ends", Title: "A code is of no use after a minute", Source: fapi + "§5.3.2.1", Requires: append([]target.Feature{target.Clock}, signing...), Proof: "provider.code-never-ends", Because: "after a minute", Run: fapiCodeEnds},
		{ID: "provider.fapi2-code-once", Title: "A code is good once", Source: fapi + "§5.3.2.1; RFC 6749 §4.1.2", Requires: signing, Proof: "provider.code-reusable", Because: "a second time", Run: fapiCodeOnce},
		{ID: "provider.fapi2-verifier", Title: "A wrong code verifier is refused", Source: fapi + "§5.3.2.2; RFC 7636 §4.6", Requires: signing, Proof: "provider.any-code", Because: "verifier", Run: fapiVerifier},
	}
}

// without leaves parameters out.
func without(names ...string) func(url.Values) {
	return func(q url.Values) {
		for _, name := range names {
			q.Del(name)
		}
	}
}

func fapiDiscovery(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	if doc["require_pushed_authorization_requests"] != true {
		return fmt.Errorf("require_pushed_authorization_requests is %v", doc["require_pushed_authorization_requests"])
	}
	allowed := map[string][]any{
		"token_endpoint_auth_methods_supported":            {"private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"},
		"token_endpoint_auth_signing_alg_values_supported": {"PS256", "ES256", "EdDSA", "Ed25519"},
		"id_token_signing_alg_values_supported":            {"PS256", "ES256", "EdDSA", "Ed25519"},
		"code_challenge_methods_supported":                 {"S256"},
	}
	for name, good := range allowed {
		list, _ := doc[name].([]any)
		if i := slices.IndexFunc(list, func(v any) bool { return !slices.Contains(good, v) }); i >= 0 || len(list) == 0 {
			return fmt.Errorf("%s is %v, only %v are allowed", name, list, good)
		}
	}
	return nil
}

func fapiCodeFlow(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	f, doc, err := s.tokens(ctx)
	if err != nil {
		return err
	}
	raw, _ := doc["id_token"].(string)
	if err := s.app.Verify(ctx, raw); err != nil {
		return fmt.Errorf("ID token: %w", err)
	}
	claims, err := payload(raw)
	if err != nil {
		return err
	}
	if claims["nonce"] != f.Nonce {
		return fmt.Errorf("ID token: nonce is %v", claims["nonce"])
	}
	return rightPerson(t, claims["sub"])
}

func fapiPushedOnly(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	f, _, err := s.ask()
	if err != nil {
		return err
	}
	return s.refusesPage(ctx, "a request that was not pushed", f.URL)
}

func fapiBoundOnly(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	return s.refusesProof(ctx, "a token request without a proof", nil, "invalid_dpop_proof", "invalid_request")
}

// fapiAssertion wants a pushed request with a wrong assertion refused, after a
// right one.
func fapiAssertion(what string, w relyingparty.Assertion) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		if _, err := referred(ctx, t); err != nil {
			return fmt.Errorf("the right assertion: %w", err)
		}
		a, err := pushRaw(ctx, t, nil, w)
		if err != nil {
			return err
		}
		return refusesAnswer(a, what, "invalid_client")
	}
}

func fapiAudience(ctx context.Context, t *target.Target) error {
	address, err := tokenEndpoint(ctx, t)
	if err != nil {
		return err
	}
	return fapiAssertion("an assertion for the token endpoint", relyingparty.Assertion{Audience: address})(ctx, t)
}

func fapiAudienceList(ctx context.Context, t *target.Target) error {
	return fapiAssertion("an assertion whose aud is a list", relyingparty.Assertion{Claims: map[string]any{"aud": []string{t.Issuer}}})(ctx, t)
}

func fapiAhead(ctx context.Context, t *target.Target) error {
	at := func(ahead time.Duration) relyingparty.Assertion {
		soon := time.Now().Add(ahead).Unix()
		return relyingparty.Assertion{Claims: map[string]any{"iat": soon, "nbf": soon}}
	}
	a, err := pushRaw(ctx, t, nil, at(8*time.Second))
	if err != nil {
		return err
	}
	if a.Status != http.StatusCreated {
		return fmt.Errorf("an assertion 8 seconds ahead is answered %d: %.200s", a.Status, a.Body)
	}
	if a, err = pushRaw(ctx, t, nil, at(61*time.Second)); err != nil {
		return err
	}
	return refusesAnswer(a, "an assertion 61 seconds ahead", "invalid_client")
}

func fapiNoSecret(ctx context.Context, t *target.Target) error {
	client, err := t.Client(0)
	if err != nil {
		return err
	}
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, form, err := s.ask()
	if err != nil {
		return err
	}
	form.Set("client_id", client.ID)
	form.Set("client_secret", client.Secret)
	a, err := call(ctx, t, http.MethodPost, s.par, form, nil)
	if err != nil {
		return err
	}
	return refusesAnswer(a, "a client secret", "invalid_client", "unauthorized_client")
}

func fapiIDToken(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, doc, err := s.tokens(ctx)
	if err != nil {
		return err
	}
	raw, _ := doc["id_token"].(string)
	header, err := part(raw, 0)
	if err != nil {
		return err
	}
	if !slices.Contains([]any{"PS256", "ES256", "EdDSA", "Ed25519"}, header["alg"]) {
		return fmt.Errorf("the ID token is signed by %v", header["alg"])
	}
	return s.app.Verify(ctx, raw)
}

func fapiIssuer(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, r, err := s.pushed(ctx, with("prompt", "none"))
	if err != nil {
		return err
	}
	page, err := s.opened(ctx, s.front(s.app.Client.ID, r.URI))
	if err == nil && page.URL.Query().Get("iss") != t.Issuer {
		err = fmt.Errorf("iss is %q, the issuer is %q", page.URL.Query().Get("iss"), t.Issuer)
	}
	return err
}

func fapiCodeEnds(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	f, code, err := s.code(ctx)
	if err != nil {
		return err
	}
	s.ahead = 61 * time.Second
	return later(ctx, t, s.ahead, func() error {
		header, err := s.proof(proof{})
		if err != nil {
			return err
		}
		a, err := s.redeem(ctx, f, code, header)
		if err != nil {
			return err
		}
		return refusesAnswer(a, "a code after a minute", "invalid_grant")
	})
}

func fapiCodeOnce(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	f, code, err := s.code(ctx)
	if err != nil {
		return err
	}
	var a answer
	for _, time := range []string{"a first time", "a second time"} {
		header, err := s.proof(proof{})
		if err != nil {
			return err
		}
		if a, err = s.redeem(ctx, f, code, header); err != nil {
			return err
		}
		if time == "a first time" && a.Status != http.StatusOK {
			return errors.Join(fmt.Errorf("a code that comes %s", time), refused{a.Status, a.Body})
		}
	}
	return refusesAnswer(a, "a code that comes a second time", "invalid_grant")
}

func fapiVerifier(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	f, code, err := s.code(ctx)
	if err != nil {
		return err
	}
	header, err := s.proof(proof{})
	if err != nil {
		return err
	}
	other := *f
	other.Verifier = "0123456789-0123456789-0123456789-0123456789"
	a, err := s.redeem(ctx, &other, code, header)
	if err != nil {
		return err
	}
	return refusesAnswer(a, "a wrong verifier", "invalid_grant")
}

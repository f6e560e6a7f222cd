package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// codeChecks are about what a code is good for, PKCE first.
func codeChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.challenge-plain", Title: "The challenge method plain is refused", Source: "RFC 9700 §2.1.1", Requires: anyProvider, Proof: "provider.challenge-malformed-accepted", Because: "method plain is not refused", Run: refuses("the challenge method plain", set("code_challenge_method", "plain"), "invalid_request")},
		{ID: "provider.challenge-no-method", Title: "A challenge without a method, which would be plain, is refused", Source: "RFC 7636 §4.3; RFC 9700 §2.1.1", Requires: anyProvider, Proof: "provider.challenge-malformed-accepted", Because: "without a method is not refused", Run: refuses("a challenge without a method", set("code_challenge_method", ""), "invalid_request")},
		{ID: "provider.challenge-malformed", Title: "A challenge that is no SHA-256 is refused", Source: "RFC 7636 §4.2", Requires: anyProvider, Proof: "provider.challenge-malformed-accepted", Because: "challenge is not refused", Run: refuses("a malformed challenge", set("code_challenge", "short"), "invalid_request")},
		{ID: "provider.challenge-optional", Title: "A client without PKCE signs in, as with CIS2", Source: "NHS CIS2 authorization request", Requires: cis2Card, Proof: "provider.challenge-demanded", Because: "status 400", Run: challengeOptional},
		{ID: "provider.verifier-unasked", Title: "A verifier for a code that was asked for without a challenge is refused", Source: "RFC 9700 §2.1.1, §4.8.2", Requires: signedIn, Proof: "provider.pkce-ignored", Because: "verifier", Run: verifierUnasked},
		{ID: "provider.code-unknown", Title: "A code that was never given is refused with invalid_grant", Source: "RFC 6749 §5.2", Requires: signedIn, Proof: "provider.any-code", Because: "never given", Run: codeUnknown},
		{ID: "provider.code-redirect", Title: "A code is of no use with another redirect_uri", Source: "RFC 6749 §4.1.3; oidcc ensure-registered-redirect-uri", Requires: signedIn, Proof: "provider.code-redirect-unbound", Because: "redirect_uri", Run: codeRedirect},
		{ID: "provider.code-ends", Title: "A code is of no use after a minute", Source: "RFC 6749 §4.1.2; FAPI 2.0 Security Profile §5.3.2.1", Requires: clocked, Proof: "provider.code-never-ends", Because: "after", Run: codeEnds},
		{ID: "provider.code-revokes", Title: "A code that comes a second time ends the access token of the first", Source: "RFC 6749 §4.1.2; oidcc codereuse-30seconds", Requires: signedIn, Proof: "provider.code-reusable", Because: "still good", Run: codeRevokes},
		{ID: "provider.access-token-ends", Title: "An access token is of no use after its hour", Source: "RFC 6749 §5.1; NHS CIS2 token response", Requires: clocked, Proof: "provider.access-token-never-ends", Because: "after its hour", Run: accessTokenEnds},
	}
}

// tokenChecks are about the shape of what the token endpoint says.
func tokenChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.no-password", Title: "The grant type password is refused", Source: "RFC 9700 §2.4", Requires: anyProvider, Proof: "provider.any-grant", Because: "password", Run: refusesGrant("password")},
		{ID: "provider.no-client-credentials", Title: "The grant type client_credentials is refused: CIS2 signs people in", Source: "NHS CIS2 guidance: authorization code flow only", Requires: cis2, Proof: "provider.any-grant", Because: "client_credentials", Run: refusesGrant("client_credentials")},
		{ID: "provider.grant-type-missing", Title: "A token request without grant_type is refused", Source: "RFC 6749 §4.1.3", Requires: anyProvider, Proof: "provider.any-grant", Because: `grant_type ""`, Run: refusesGrant("")},
		{ID: "provider.no-refresh-token", Title: "There is no refresh token, as with CIS2", Source: "NHS CIS2 token response", Requires: cis2Card, Proof: "provider.refresh-token-given", Because: "refresh", Run: noRefreshToken},
		{ID: "provider.token-not-cached", Title: "A token answer may not be cached", Source: "RFC 6749 §5.1", Requires: signedIn, Proof: "provider.token-cached", Because: "no-store", Run: tokenNotCached},
		{ID: "provider.token-shape", Title: "A token answer is JSON with token_type Bearer and expires_in as a number", Source: "RFC 6749 §5.1, §7.1", Requires: signedIn, Proof: "provider.expires-in-string", Because: "expires_in", Run: tokenShape},
		{ID: "provider.token-nonce", Title: "A token answer has the nonce beside the tokens, as CIS2's has", Source: "NHS CIS2 token response", Requires: cis2Card, Proof: "provider.token-without-nonce", Because: "nonce", Run: tokenNonce},
		{ID: "provider.token-error", Title: "An error of the token endpoint is JSON with error and error_description, and may not be cached", Source: "RFC 6749 §5.2", Requires: anyProvider, Proof: "provider.token-errors-as-html", Because: "text/html", Run: tokenError},
		{ID: "provider.token-post-only", Title: "The token endpoint does not answer GET", Source: "RFC 6749 §3.2", Requires: anyProvider, Proof: "provider.token-by-get", Because: "GET", Run: tokenPostOnly},
		{ID: "provider.token-repeated-parameter", Title: "A token request with a parameter twice is refused", Source: "RFC 6749 §3.2", Requires: signedIn, Proof: "provider.repeated-parameter-accepted", Because: "twice", Run: tokenRepeated},
	}
}

// clientChecks are about how a client proves who it is.
func clientChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.secret-basic", Title: "A client signs in to the token endpoint with client_secret_basic", Source: "RFC 6749 §2.3.1; OpenID Connect Core 1.0 §9", Requires: signedIn, Proof: "provider.basic-refused", Because: "401", Run: secretBasic},
		{ID: "provider.secret-empty", Title: "An empty client secret is refused with invalid_client", Source: "RFC 6749 §2.3.1, §5.2", Requires: signedIn, Proof: "provider.secret-unchecked", Because: "empty secret", Run: secretEmpty},
		{ID: "provider.two-methods", Title: "Two ways of client authentication in one request are refused", Source: "RFC 6749 §2.3", Requires: signedIn, Proof: "provider.two-methods-accepted", Because: "two ways", Run: twoMethods},
		{ID: "provider.client-mixed", Title: "A client_id that is not the client of the Basic credentials is refused", Source: "RFC 6749 §3.2.1, §4.1.3", Requires: besideAnother, Proof: "provider.client-id-ignored", Because: "another client_id", Run: clientMixed},
		{ID: "provider.assertion-type", Title: "A client assertion of another type is refused", Source: "RFC 7521 §4.2; RFC 7523 §2.2", Requires: byOwnKey, Proof: "provider.assertion-type-ignored", Because: "of another type", Run: assertionType},
		{ID: "provider.assertion-key", Title: "A client assertion that another key signed is refused", Source: "RFC 7523 §3 item 9", Requires: byOwnKey, Proof: "provider.assertion-key-unchecked", Because: "another key", Run: assertionWith("that another key signed", relyingparty.Assertion{OtherKey: true})},
		{ID: "provider.assertion-ended", Title: "A client assertion that has ended is refused", Source: "RFC 7523 §3 item 4", Requires: byOwnKey, Proof: "provider.assertion-claims-unchecked", Because: "has ended", Run: assertionWith("that has ended", relyingparty.Assertion{Expires: -2 * time.Minute})},
		{ID: "provider.assertion-issuer-audience", Title: "A client assertion for the issuer instead of the token endpoint is refused, as CIS2 refuses it", Source: "NHS CIS2 client authentication", Requires: append([]target.Feature{target.KeyClient}, cis2Card...), Proof: "provider.assertion-aud-unchecked", Because: "for the issuer", Run: assertionIssuer},
		{ID: "provider.assertion-audience-list", Title: "A client assertion whose aud is a list is refused, as CIS2 wants one exact string", Source: "NHS CIS2 client authentication", Requires: append([]target.Feature{target.KeyClient}, cis2Card...), Proof: "provider.assertion-claims-unchecked", Because: "whose aud is a list", Run: assertionList},
		{ID: "provider.assertion-audience-slash", Title: "A client assertion for the token endpoint with a slash behind it is refused", Source: "NHS CIS2 client authentication; RFC 7523 §3 item 3", Requires: append([]target.Feature{target.KeyClient}, cis2Card...), Proof: "provider.assertion-claims-unchecked", Because: "with a slash", Run: assertionSlash},
		{ID: "provider.assertion-iss", Title: "A client assertion whose iss is not the client is refused", Source: "OpenID Connect Core 1.0 §9; RFC 7523 §3 item 1", Requires: byOwnKey, Proof: "provider.assertion-claims-unchecked", Because: "whose iss", Run: assertionWith("whose iss is somebody else", relyingparty.Assertion{Claims: map[string]any{"iss": "somebody.apps.national"}})},
		{ID: "provider.assertion-jti", Title: "A client assertion without jti is refused", Source: "OpenID Connect Core 1.0 §9", Requires: byOwnKey, Proof: "provider.assertion-claims-unchecked", Because: "without jti", Run: assertionWith("without jti", relyingparty.Assertion{Claims: map[string]any{"jti": nil}})},
		{ID: "provider.assertion-early", Title: "A client assertion that is not yet good is refused", Source: "RFC 7523 §3 items 5 and 6", Requires: byOwnKey, Proof: "provider.assertion-claims-unchecked", Because: "not yet good", Run: assertionEarly},
		{ID: "provider.assertion-error", Title: "A bad client assertion is answered invalid_client and JWT is not valid", Source: "NHS CIS2 client authentication", Requires: append([]target.Feature{target.KeyClient}, cis2Card...), Proof: "provider.assertion-error-other", Because: "JWT is not valid", Run: assertionError},
	}
}

func challengeOptional(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{More: options(with("code_challenge", ""), with("code_challenge_method", ""))})
	if err != nil {
		return err
	}
	token, err := f.Exchange(ctx, code, with("code_verifier", ""))
	if err != nil {
		return err
	}
	_, err = f.Accept(ctx, token)
	return err
}

func verifierUnasked(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{More: options(with("code_challenge", ""), with("code_challenge_method", ""))})
	if err != nil {
		return err
	}
	_, err = f.Exchange(ctx, code)
	return mustRefuse(err, "for a verifier without a challenge", "invalid_grant", "invalid_request")
}

func codeUnknown(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	_, err = f.Exchange(ctx, "x"+code[1:len(code)-1])
	return mustRefuse(err, "for a code that was never given", "invalid_grant")
}

func codeRedirect(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	_, err = f.Exchange(ctx, code, with("redirect_uri", "http://127.0.0.1:49152/callback"))
	return mustRefuse(err, "for another redirect_uri", "invalid_grant")
}

func codeEnds(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	return later(ctx, t, 90*time.Second, func() error {
		_, err := f.Exchange(ctx, code)
		return mustRefuse(err, "for a code after 90 s", "invalid_grant")
	})
}

func codeRevokes(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	token, err := f.Exchange(ctx, code)
	if err != nil {
		return err
	}
	s, err := f.Accept(ctx, token)
	if err != nil {
		return err
	}
	if _, err := s.UserInfo(ctx); err != nil {
		return fmt.Errorf("the first token: %w", err)
	}
	_, _ = f.Exchange(ctx, code) // provider.code-once judges what it says
	if _, err := s.UserInfo(ctx); err == nil {
		return fmt.Errorf("after its code came a second time the access token is still good: userinfo is answered 200")
	}
	return nil
}

func accessTokenEnds(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	return later(ctx, t, 61*time.Minute, func() error {
		if _, err := s.UserInfo(ctx); err == nil {
			return fmt.Errorf("userinfo answers 200 after its hour to an access token")
		}
		return nil
	})
}

// tokenEndpoint is its address.
func tokenEndpoint(ctx context.Context, t *target.Target) (string, error) {
	doc, err := metadata(ctx, t)
	address, _ := doc["token_endpoint"].(string)
	return address, err
}

// said is an OAuth error document.
func said(a answer) (code, description string) {
	var doc struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal([]byte(a.Body), &doc) // no JSON is no code
	return doc.Error, doc.Description
}

// refusesGrant wants no token for a grant type.
func refusesGrant(kind string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		address, err := tokenEndpoint(ctx, t)
		if err != nil {
			return err
		}
		client, err := t.Client(0)
		if err != nil {
			return err
		}
		form := url.Values{"client_id": {client.ID}, "client_secret": {client.Secret}, "scope": {"openid"}, "username": {"toy"}, "password": {"toy"}}
		if kind != "" {
			form.Set("grant_type", kind)
		}
		a, err := call(ctx, t, http.MethodPost, address, form, nil)
		if err != nil {
			return err
		}
		if code, _ := said(a); a.Status != http.StatusBadRequest || code != "unsupported_grant_type" && code != "unauthorized_client" && code != "invalid_request" {
			return fmt.Errorf("grant_type %q is answered %d %q", kind, a.Status, code)
		}
		return nil
	}
}

// tokens spends a fresh code of the first client and returns the raw answer.
func tokens(ctx context.Context, t *target.Target, change func(url.Values)) (answer, error) {
	form, client, address, err := codeForm(ctx, t)
	if err != nil {
		return answer{}, err
	}
	form.Set("client_id", client.ID)
	form.Set("client_secret", client.Secret)
	if change != nil {
		change(form)
	}
	return call(ctx, t, http.MethodPost, address, form, nil)
}

// tokenAnswer is a good one, decoded.
func tokenAnswer(ctx context.Context, t *target.Target) (answer, map[string]any, error) {
	a, err := tokens(ctx, t, nil)
	if err != nil {
		return a, nil, err
	}
	if a.Status != http.StatusOK {
		return a, nil, refused{a.Status, a.Body}
	}
	doc := map[string]any{}
	return a, doc, json.Unmarshal([]byte(a.Body), &doc)
}

func noRefreshToken(ctx context.Context, t *target.Target) error {
	_, doc, err := tokenAnswer(ctx, t)
	if err == nil && doc["refresh_token"] != nil {
		err = fmt.Errorf("there is a refresh token: %d characters", len(fmt.Sprint(doc["refresh_token"])))
	}
	return err
}

func tokenNotCached(ctx context.Context, t *target.Target) error {
	a, _, err := tokenAnswer(ctx, t)
	if err == nil && !strings.Contains(a.Header.Get("Cache-Control"), "no-store") {
		err = fmt.Errorf("Cache-Control is %q, without no-store", a.Header.Get("Cache-Control"))
	}
	return err
}

func tokenShape(ctx context.Context, t *target.Target) error {
	a, doc, err := tokenAnswer(ctx, t)
	if err != nil {
		return err
	}
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return fmt.Errorf("the token answer is %q", kind)
	}
	if kind, _ := doc["token_type"].(string); !strings.EqualFold(kind, "Bearer") {
		return fmt.Errorf("token_type is %v", doc["token_type"])
	}
	if n, ok := doc["expires_in"].(float64); !ok || n <= 0 {
		return fmt.Errorf("expires_in is %#v, not a number above 0", doc["expires_in"])
	}
	return nil
}

func tokenNonce(ctx context.Context, t *target.Target) error {
	j, err := arrive(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	code, err := j.Flow.Code(j.Page.URL)
	if err != nil {
		return err
	}
	token, err := j.Flow.Exchange(ctx, code)
	if err == nil && token.Extra("nonce") != j.Flow.Nonce {
		err = fmt.Errorf("the nonce beside the tokens is %v", token.Extra("nonce"))
	}
	return err
}

func tokenError(ctx context.Context, t *target.Target) error {
	address, err := tokenEndpoint(ctx, t)
	if err != nil {
		return err
	}
	client, err := t.Client(0)
	if err != nil {
		return err
	}
	a, err := call(ctx, t, http.MethodPost, address, url.Values{"grant_type": {"authorization_code"}, "code": {"nobodys"}, "client_id": {client.ID}, "client_secret": {client.Secret}}, nil)
	if err != nil {
		return err
	}
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return fmt.Errorf("the error is %q, not JSON", kind)
	}
	if code, description := said(a); code == "" || description == "" || a.Status != http.StatusBadRequest {
		return fmt.Errorf("the error is %d %q %q", a.Status, code, description)
	}
	if !strings.Contains(a.Header.Get("Cache-Control"), "no-store") {
		return fmt.Errorf("the error may be cached: no no-store")
	}
	return nil
}

func tokenPostOnly(ctx context.Context, t *target.Target) error {
	address, err := tokenEndpoint(ctx, t)
	if err != nil {
		return err
	}
	a, err := call(ctx, t, http.MethodGet, address, url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}, nil)
	if err == nil && a.Status < 400 {
		err = fmt.Errorf("GET is answered %d", a.Status)
	}
	return err
}

// refusesTokens wants no token for a changed request.
func refusesTokens(ctx context.Context, t *target.Target, what string, change func(url.Values), codes ...string) error {
	a, err := tokens(ctx, t, change)
	if err != nil {
		return err
	}
	return refusesAnswer(a, what, codes...)
}

func refusesAnswer(a answer, what string, codes ...string) error {
	code, _ := said(a)
	for _, c := range codes {
		if code == c && a.Status >= 400 {
			return nil
		}
	}
	return fmt.Errorf("%s is answered %d %q, not %s", what, a.Status, code, strings.Join(codes, " or "))
}

func tokenRepeated(ctx context.Context, t *target.Target) error {
	return refusesTokens(ctx, t, "a parameter that comes twice", func(q url.Values) { q.Add("code", q.Get("code")) }, "invalid_request")
}

func secretBasic(ctx context.Context, t *target.Target) error {
	form, client, address, err := codeForm(ctx, t)
	if err != nil {
		return err
	}
	a, err := call(ctx, t, http.MethodPost, address, form, basic(client.ID, client.Secret))
	if err == nil && a.Status != http.StatusOK {
		err = refused{a.Status, a.Body}
	}
	return err
}

func secretEmpty(ctx context.Context, t *target.Target) error {
	return refusesTokens(ctx, t, "an empty secret", set("client_secret", ""), "invalid_client")
}

func twoMethods(ctx context.Context, t *target.Target) error {
	form, client, address, err := codeForm(ctx, t)
	if err != nil {
		return err
	}
	form.Set("client_id", client.ID)
	form.Set("client_secret", client.Secret)
	a, err := call(ctx, t, http.MethodPost, address, form, basic(client.ID, client.Secret))
	if err != nil {
		return err
	}
	return refusesAnswer(a, "a request with two ways of client authentication", "invalid_request", "invalid_client")
}

func clientMixed(ctx context.Context, t *target.Target) error {
	other, err := t.Client(2)
	if err != nil {
		return err
	}
	form, client, address, err := codeForm(ctx, t)
	if err != nil {
		return err
	}
	form.Set("client_id", other.ID)
	a, err := call(ctx, t, http.MethodPost, address, form, basic(client.ID, client.Secret))
	if err != nil {
		return err
	}
	return refusesAnswer(a, "another client_id beside Basic credentials", "invalid_client", "invalid_request", "invalid_grant")
}

// assertionWith wants an assertion with something wrong to be refused.
func assertionWith(what string, w relyingparty.Assertion) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		return mustRefuse(byKey(ctx, t, w), "for an assertion "+what, "invalid_client")
	}
}

func assertionEarly(ctx context.Context, t *target.Target) error {
	soon := time.Now().Add(2 * time.Minute).Unix()
	return assertionWith("that is not yet good", relyingparty.Assertion{Claims: map[string]any{"iat": soon, "nbf": soon}})(ctx, t)
}

func assertionIssuer(ctx context.Context, t *target.Target) error {
	return assertionWith("for the issuer", relyingparty.Assertion{Audience: t.Issuer})(ctx, t)
}

func assertionList(ctx context.Context, t *target.Target) error {
	address, err := tokenEndpoint(ctx, t)
	if err != nil {
		return err
	}
	return assertionWith("whose aud is a list", relyingparty.Assertion{Claims: map[string]any{"aud": []string{address}}})(ctx, t)
}

func assertionSlash(ctx context.Context, t *target.Target) error {
	address, err := tokenEndpoint(ctx, t)
	if err != nil {
		return err
	}
	return assertionWith("for the token endpoint with a slash", relyingparty.Assertion{Audience: address + "/"})(ctx, t)
}

func assertionType(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{Client: 1})
	if err != nil {
		return err
	}
	_, err = f.Exchange(ctx, code, with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"))
	return mustRefuse(err, "for an assertion of another type", "invalid_client", "invalid_request")
}

func assertionError(ctx context.Context, t *target.Target) error {
	err := byKey(ctx, t, relyingparty.Assertion{Algorithm: jose.RS256, Audience: "https://elsewhere.example.test"})
	if err := mustRefuse(err, "for a bad assertion", "invalid_client"); err != nil {
		return err
	}
	if problem := problemOf(err); !strings.HasPrefix(problem.ErrorDescription, "JWT is not valid") {
		return fmt.Errorf("the description is %q, CIS2 says JWT is not valid", problem.ErrorDescription)
	}
	return nil
}

// problemOf is the OAuth error inside err; mustRefuse has made sure of it.
func problemOf(err error) *oauth2.RetrieveError {
	problem := &oauth2.RetrieveError{}
	errors.As(err, &problem)
	return problem
}

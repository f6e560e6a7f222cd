package mockcis2_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// odd are the effects of the faults that change what a token says, and of
// those that the engine itself has.
var odd = map[string]effect{
	"provider.nonce-invented": func(t *testing.T, s *mockcis2.Server) bool {
		return signInWith(t, s, "nonce", "")["nonce"] != nil
	},
	"provider.nonce-shortened": func(t *testing.T, s *mockcis2.Server) bool {
		return signInWith(t, s, "nonce", strings.Repeat("n", 100))["nonce"] == strings.Repeat("n", 64)
	},
	"provider.amr-string":            claim(func(c map[string]any) bool { _, text := c["amr"].(string); return text }),
	"provider.missing-sid":           claim(func(c map[string]any) bool { return c["sid"] == nil }),
	"provider.invalid-s-hash":        claim(func(c map[string]any) bool { return c["s_hash"] == "77QmUPtjPfzWtF2AnpK9RQ" }),
	"provider.id-token-lives-a-year": claim(func(c map[string]any) bool { return c["exp"].(float64)-c["iat"].(float64) > 24*3600 }),
	"provider.sub-not-digits":        claim(func(c map[string]any) bool { return strings.HasPrefix(c["sub"].(string), "urn:") }),
	"provider.role-unasked": func(t *testing.T, s *mockcis2.Server) bool {
		return signInWith(t, s, "scope", "openid")["selected_roleid"] != nil
	},
	"provider.code-redirect-unbound": func(t *testing.T, s *mockcis2.Server) bool {
		a := first(t, s)
		code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
		a.RedirectURL = "http://127.0.0.1:10/callback"
		_, _, err := a.redeem(code)
		return err == nil
	},
	"provider.code-never-ends": func(t *testing.T, s *mockcis2.Server) bool {
		a := first(t, s)
		code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
		s.Advance(90 * time.Second)
		defer s.Advance(-90 * time.Second)
		_, _, err := a.redeem(code)
		return err == nil
	},
	"provider.access-token-never-ends": func(t *testing.T, s *mockcis2.Server) bool {
		a := first(t, s)
		token, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"))
		if err != nil {
			t.Fatal(err)
		}
		s.Advance(2 * time.Hour)
		_, err = a.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
		return err == nil
	},
	"provider.assertion-claims-unchecked": func(t *testing.T, s *mockcis2.Server) bool {
		return !strings.Contains(assertion(t, s, keyed(s, nil, func(c map[string]any) { c["iss"] = "somebody" })), "invalid_client")
	},
	"provider.assertion-key-unchecked": func(t *testing.T, s *mockcis2.Server) bool {
		return !strings.Contains(assertion(t, s, broken(keyed(s, nil, nil))), "invalid_client")
	},
}

// signInWith is the ID token's claims after one parameter of the request was
// changed; nothing but the signature is checked.
func signInWith(t *testing.T, s *mockcis2.Server, name, value string) map[string]any {
	t.Helper()
	a := first(t, s)
	code := signIn(t, newBrowser(t), a, holder(s, 0), "", oauth2.SetAuthURLParam(name, value)).Get("code")
	token, _, _ := a.redeem(code) // its nonce is not the usual one
	if token == nil {
		t.Fatal("no token")
	}
	raw, _ := token.Extra("id_token").(string)
	c, err := payload(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// broken is a JWS whose signature is of something else.
func broken(jws string) string {
	at := strings.LastIndex(jws, ".") + 1
	return jws[:at] + strings.Repeat("A", len(jws)-at)
}

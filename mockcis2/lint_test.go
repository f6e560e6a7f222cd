package mockcis2_test

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

const toy = "999999999901.apps.national"

// spoke are the ids of the lints that found something, once each.
func spoke(t *testing.T, s *mockcis2.Server, client string) []string {
	t.Helper()
	found, err := s.Lints(client)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range found {
		ids = append(ids, f.Lint)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Requirement: no lint speaks of a healthy sign-in by strangers' code. Source:
// the issue on the mock, "Diary and lints". Turned red by: a lint that takes
// the agent, the browser or the pages for the relying party.
func TestHealthyFlowHasNoLints(t *testing.T) {
	s := start(t)
	a := first(t, s)
	token, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(token)); err != nil {
		t.Fatal(err)
	}
	if ids := spoke(t, s, toy); ids != nil {
		t.Errorf("lints speak: %v", ids)
	}
	flows := s.Diary().Flows()
	if len(flows) != 1 || flows[0].Client != toy || len(flows[0].Requests("agent")) != 2 || len(flows[0].Requests("token")) != 1 || len(flows[0].Requests("userinfo")) != 1 {
		t.Errorf("flows: %+v", flows)
	}
}

// careless is a relying party that checks nothing: it goes on to userinfo with
// whatever it got.
func careless(t *testing.T, s *mockcis2.Server) {
	t.Helper()
	a := first(t, s)
	ctx := context.Background()
	token, err := a.Exchange(ctx, signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = a.provider.UserInfo(ctx, oauth2.StaticTokenSource(token)) // what comes of it is not the point
}

// Requirement: a relying party that does not notice a fault of the provider is
// told so by a lint. Source: the issue on the mock. Turned red by: a lint that
// does not see what the provider really answers.
func TestCarelessFlows(t *testing.T) {
	for fault, want := range map[string]string{
		"":                                  "lint.jwks-never",
		"provider.wrong-nonce":              "lint.nonce-unchecked",
		"provider.expired-id-token":         "lint.expiry-unchecked",
		"provider.integer-assurance-levels": "lint.levels-as-numbers",
		"provider.wrong-issuer-in-redirect": "lint.redirect-iss-unchecked",
	} {
		s := start(t)
		if err := s.SetFaults(slices.DeleteFunc([]string{fault}, func(f string) bool { return f == "" })...); err != nil {
			t.Fatal(err)
		}
		careless(t, s)
		if ids := spoke(t, s, toy); !slices.Contains(ids, want) {
			t.Errorf("%q: %v, want %s", fault, ids, want)
		}
	}
}

// Requirement: habits show over several sign-ins: constant state, nonce and
// verifier, keys that a rotation should have made the application fetch again.
// Source: RFC 9700; facts on CIS2 section 1.6. Turned red by: judging one flow
// at a time.
func TestHabits(t *testing.T) {
	s := start(t)
	a := first(t, s)
	for range 2 { // each in a new browser, or the second would find a session
		if _, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")); err != nil {
			t.Fatal(err)
		}
	}
	s.RotateKey()
	s.Advance(2 * time.Hour)
	careless(t, s)
	ids := spoke(t, s, toy)
	for _, want := range []string{"lint.state-reused", "lint.nonce-reused", "lint.challenge-reused", "lint.key-unchecked", "lint.jwks-stale"} {
		if !slices.Contains(ids, want) {
			t.Errorf("%s is silent: %v", want, ids)
		}
	}
	if ids := spoke(t, s, keyClient); ids != nil {
		t.Errorf("another application is blamed: %v", ids)
	}
	if _, err := s.Report("nobody"); err == nil {
		t.Error("a report of nobody")
	}
}

// Requirement: a client assertion that lives for a day, names nobody's key or
// is sent twice is told of. Source: facts on CIS2 section 1.3. Turned red by: a
// diary that does not look into assertions.
func TestAssertionLints(t *testing.T) {
	s := start(t)
	day := keyed(s, nil, func(c map[string]any) {
		c["exp"] = c["iat"].(int64) + 86400
		c["aud"] = []string{s.Issuer() + "/access_token"}
	})
	assertion(t, s, day)
	assertion(t, s, day)
	ids := spoke(t, s, keyClient)
	for _, want := range []string{"lint.assertion-long-lived", "lint.assertion-aud-array", "lint.assertion-jti-reused", "lint.code-unknown"} {
		if !slices.Contains(ids, want) {
			t.Errorf("%s is silent: %v", want, ids)
		}
	}
	if slices.Contains(ids, "lint.assertion-kid-missing") {
		t.Error("kid was there")
	}
	_, _ = ask(t, s, url.Values{"grant_type": {"password"}, "username": {"hidden-name"}, "password": {"hidden-word"}}, toy, "conformance-secret")
	if ids := spoke(t, s, toy); !slices.Contains(ids, "lint.grant-unsafe") {
		t.Errorf("password grant: %v", ids)
	}
}

package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// refreshChecks are about refresh tokens, where there are any, and offline
// access.
func refreshChecks() []suite.Check {
	const core, bcp, rfc = "OpenID Connect Core 1.0 ", "RFC 9700 ", "RFC 6749 "
	staying := append([]target.Feature{target.Refresh}, signedIn...)
	return []suite.Check{
		{ID: "provider.no-offline-access", Title: "There is no scope offline_access, as with CIS2", Source: "NHS CIS2 scopes", Requires: cis2, Proof: "provider.unknown-scope-dropped", Because: "offline_access is not refused", Run: refusesTold("offline_access", set("scope", "openid offline_access"), "invalid_scope")},
		{ID: "provider.refresh-discovery", Title: "Discovery announces refresh tokens", Source: "OpenID Connect Discovery 1.0 §3; " + core + "§11", Requires: []target.Feature{target.Provider, target.Refresh}, Proof: "provider.discovery-bare", Because: "refresh_token", Run: announces("grant_types_supported", []string{"refresh_token"})},
		{ID: "provider.refresh", Title: "A refresh token brings new tokens about the same sign-in", Source: core + "§12.2; oidcc refresh-token", Requires: staying, Proof: "provider.stale-auth-time:n=2", Because: "auth_time", Run: refreshPlain},
		{ID: "provider.refresh-person", Title: "The ID token of a refresh is for the same person, client and issuer", Source: core + "§12.2; oidcc refresh-token-invalid-sub", Requires: staying, Proof: "provider.number-sub:n=2", Because: "sub", Run: refreshPerson},
		{ID: "provider.refresh-rotated", Title: "A refresh token is good once", Source: bcp + "§2.2.2, §4.14.2", Requires: append([]target.Feature{target.Rotation}, staying...), Proof: "provider.refresh-reusable", Because: "a second time", Run: refreshOnce},
		{ID: "provider.refresh-family", Title: "A refresh token that comes a second time ends those that came of it", Source: bcp + "§4.14.2", Requires: append([]target.Feature{target.Rotation}, staying...), Proof: "provider.refresh-reusable", Because: "lives on", Run: refreshFamily},
		{ID: "provider.refresh-bound", Title: "A refresh token is of no use to another client", Source: rfc + "§6, §10.4", Requires: staying, Proof: "provider.any-code", Because: "another client", Run: refreshBound},
		{ID: "provider.refresh-unknown", Title: "A refresh token that was never given is refused with invalid_grant", Source: rfc + "§5.2", Requires: staying, Proof: "provider.any-code", Because: "never given", Run: refreshUnknown},
		{ID: "provider.refresh-code", Title: "A code is no refresh token", Source: rfc + "§6", Requires: staying, Proof: "provider.any-code", Because: "a code", Run: refreshByCode},
		{ID: "provider.refresh-wider", Title: "A refresh for more than was granted is refused with invalid_scope", Source: rfc + "§6", Requires: staying, Proof: "provider.refresh-scope-ignored", Because: "more than was granted", Run: refreshWider},
		{ID: "provider.refresh-narrower", Title: "A refresh for less than was granted brings less", Source: rfc + "§6", Requires: staying, Proof: "provider.refresh-scope-ignored", Because: "scope", Run: refreshNarrower},
		{ID: "provider.refresh-ends", Title: "A refresh token is of no use after the twelve hours of a session", Source: bcp + "§4.14.2; NHS CIS2 sessions", Requires: append([]target.Feature{target.Clock}, staying...), Proof: "provider.any-code", Because: "after twelve hours", Run: refreshEnds},
		{ID: "provider.offline-unasked", Title: "Without offline_access there is no refresh token", Source: core + "§11", Requires: staying, Proof: "provider.refresh-token-given", Because: "without offline_access", Run: noOffline("without offline_access", "openid", "consent")},
		{ID: "provider.offline-consent", Title: "offline_access without prompt=consent is passed over", Source: core + "§11", Requires: staying, Proof: "provider.refresh-token-given", Because: "without consent", Run: noOffline("without consent", "openid offline_access", "")},
	}
}

// granted is a token answer, decoded.
type granted struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
	Scope   string `json:"scope"`
}

func grantedBy(a answer) (g granted, err error) {
	if a.Status != http.StatusOK {
		return g, refused{a.Status, a.Body}
	}
	return g, json.Unmarshal([]byte(a.Body), &g)
}

// stay signs in with scopes and prompt and spends the code.
func stay(ctx context.Context, t *target.Target, scope, prompt string) (granted, error) {
	j, err := arrive(ctx, t, journey.Options{Scopes: strings.Fields(scope), More: options(with("prompt", prompt))})
	if err != nil {
		return granted{}, err
	}
	code, err := j.Flow.Code(j.Page.URL)
	if err != nil {
		return granted{}, err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {j.App.Redirect}, "code_verifier": {j.Flow.Verifier}}
	a, err := asClient(ctx, t, 0, form)
	if err != nil {
		return granted{}, err
	}
	return grantedBy(a)
}

// offline is such a sign-in with everything that a refresh token needs.
func offline(ctx context.Context, t *target.Target) (granted, error) {
	g, err := stay(ctx, t, "openid profile offline_access", "consent")
	if err == nil && g.Refresh == "" {
		err = errors.New("there is no refresh token for offline_access with prompt=consent")
	}
	return g, err
}

// asClient asks the token endpoint as client n, by its secret.
func asClient(ctx context.Context, t *target.Target, n int, form url.Values) (answer, error) {
	client, err := t.Client(n)
	if err != nil {
		return answer{}, err
	}
	address, err := tokenEndpoint(ctx, t)
	if err != nil {
		return answer{}, err
	}
	form.Set("client_id", client.ID)
	form.Set("client_secret", client.Secret)
	return call(ctx, t, http.MethodPost, address, form, nil)
}

// renew spends a refresh token as client n; no scope is that of before.
func renew(ctx context.Context, t *target.Target, n int, token, scope string) (answer, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
	if scope != "" {
		form.Set("scope", scope)
	}
	return asClient(ctx, t, n, form)
}

// renewed is a sign-in and what its refresh token brings.
func renewed(ctx context.Context, t *target.Target, scope string) (first, second granted, err error) {
	if first, err = offline(ctx, t); err != nil {
		return first, second, err
	}
	a, err := renew(ctx, t, 0, first.Refresh, scope)
	if err != nil {
		return first, second, err
	}
	second, err = grantedBy(a)
	return first, second, err
}

// renewRefused wants a refresh of client n refused.
func renewRefused(ctx context.Context, t *target.Target, n int, token, scope, what string, codes ...string) error {
	a, err := renew(ctx, t, n, token, scope)
	if err != nil {
		return err
	}
	return refusesAnswer(a, what, codes...)
}

func refreshPlain(ctx context.Context, t *target.Target) error {
	return sameClaims(ctx, t, func(first, second granted) error {
		if second.Access == "" || second.Access == first.Access {
			return errors.New("the access token is missing or that of before")
		}
		return nil
	}, "auth_time")
}

func refreshPerson(ctx context.Context, t *target.Target) error {
	return sameClaims(ctx, t, func(granted, granted) error { return nil }, "iss", "sub", "aud", "azp")
}

// sameClaims wants claims of the ID token before and after a refresh to be the
// same, if there is one after it.
func sameClaims(ctx context.Context, t *target.Target, more func(first, second granted) error, names ...string) error {
	first, second, err := renewed(ctx, t, "")
	if err != nil {
		return err
	}
	if err := more(first, second); err != nil || second.ID == "" {
		return err
	}
	was, err := payload(first.ID)
	if err != nil {
		return err
	}
	is, err := payload(second.ID)
	if err != nil {
		return err
	}
	for _, name := range names {
		if is[name] != was[name] {
			return fmt.Errorf("%s is %v after the refresh, %v before", name, is[name], was[name])
		}
	}
	return nil
}

func refreshOnce(ctx context.Context, t *target.Target) error {
	first, _, err := renewed(ctx, t, "")
	if err != nil {
		return err
	}
	return renewRefused(ctx, t, 0, first.Refresh, "", "a refresh token that comes a second time", "invalid_grant")
}

func refreshFamily(ctx context.Context, t *target.Target) error {
	first, second, err := renewed(ctx, t, "")
	if err != nil {
		return err
	}
	if second.Refresh == "" {
		return errors.New("a refresh brings no other refresh token")
	}
	if _, err := renew(ctx, t, 0, first.Refresh, ""); err != nil { // somebody has a copy
		return err
	}
	return renewRefused(ctx, t, 0, second.Refresh, "", "the refresh token that came of it lives on: it", "invalid_grant")
}

func refreshBound(ctx context.Context, t *target.Target) error {
	g, err := offline(ctx, t)
	if err != nil {
		return err
	}
	return renewRefused(ctx, t, 2, g.Refresh, "", "a refresh token of another client", "invalid_grant")
}

func refreshUnknown(ctx context.Context, t *target.Target) error {
	return renewRefused(ctx, t, 0, "never-given", "", "a refresh token that was never given", "invalid_grant")
}

func refreshByCode(ctx context.Context, t *target.Target) error {
	form, _, _, err := codeForm(ctx, t)
	if err != nil {
		return err
	}
	return renewRefused(ctx, t, 0, form.Get("code"), "", "a code instead of a refresh token", "invalid_grant")
}

func refreshWider(ctx context.Context, t *target.Target) error {
	g, err := offline(ctx, t)
	if err != nil {
		return err
	}
	return renewRefused(ctx, t, 0, g.Refresh, "openid email", "a refresh for more than was granted", "invalid_scope")
}

func refreshNarrower(ctx context.Context, t *target.Target) error {
	_, second, err := renewed(ctx, t, "openid")
	if err != nil {
		return err
	}
	if got := strings.Fields(second.Scope); !slices.Equal(got, []string{"openid"}) {
		return fmt.Errorf("the scope after a refresh for openid is %q", second.Scope)
	}
	return nil
}

func refreshEnds(ctx context.Context, t *target.Target) error {
	g, err := offline(ctx, t)
	if err != nil {
		return err
	}
	return later(ctx, t, 12*time.Hour+time.Minute, func() error {
		return renewRefused(ctx, t, 0, g.Refresh, "", "a refresh token after twelve hours", "invalid_grant")
	})
}

// noOffline wants no refresh token, and the scope not granted.
func noOffline(what, scope, prompt string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		g, err := stay(ctx, t, scope, prompt)
		if err == nil && (g.Refresh != "" || strings.Contains(g.Scope, "offline_access")) {
			err = fmt.Errorf("%s there is a refresh token: %t, and the scope is %q", what, g.Refresh != "", g.Scope)
		}
		return err
	}
}

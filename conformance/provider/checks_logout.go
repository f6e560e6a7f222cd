package provider

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// logoutChecks are RP-initiated logout: the names of its test plan.
func logoutChecks() []suite.Check {
	const rp = "OpenID Connect RP-Initiated Logout 1.0 "
	leaving := append([]target.Feature{target.Logout}, signedIn...)
	return []suite.Check{
		{ID: "provider.logout-discovery", Title: "Discovery names the end session endpoint", Source: rp + "§2.1; oidcc rp-initiated-logout discovery", Requires: []target.Feature{target.Provider, target.Logout}, Proof: "provider.discovery-without-end-session", Because: "end_session_endpoint", Run: logoutDiscovery},
		{ID: "provider.logout-backchannel-discovery", Title: "Discovery announces back-channel logout with sid", Source: "OpenID Connect Back-Channel Logout 1.0 §2.1", Requires: []target.Feature{target.Provider, target.Logout, target.Backchannel}, Proof: "provider.discovery-without-backchannel", Because: "backchannel", Run: backchannelDiscovery},
		{ID: "provider.logout", Title: "With the ID token, address and state the browser goes to the registered address with that state", Source: rp + "§3; oidcc rp-initiated-logout", Requires: leaving, Proof: "provider.logout-state-lost", Because: "state", Run: logoutPlain},
		{ID: "provider.logout-no-state", Title: "Without a state the browser goes to the registered address without one", Source: rp + "§2; oidcc rp-initiated-logout-no-state", Requires: leaving, Proof: "provider.logout-state-invented", Because: "state", Run: logoutNoState},
		{ID: "provider.logout-bad-hint", Title: "A hint that is no ID token is refused with a page and no redirect", Source: rp + "§4; oidcc rp-initiated-logout-bad-id-token-hint", Requires: leaving, Proof: "provider.logout-hint-unchecked", Because: "no ID token", Run: logoutRefuses("a hint that is no ID token", func(q url.Values) { q.Set("id_token_hint", "no.id.token") })},
		{ID: "provider.logout-unsigned-hint", Title: "A hint with alg none is refused with a page and no redirect", Source: rp + "§4; oidcc rp-initiated-logout-modified-id-token-hint", Requires: leaving, Proof: "provider.logout-hint-unchecked", Because: "without signature", Run: logoutRefuses("a hint without signature", unsigned)},
		{ID: "provider.logout-other-address", Title: "An address that is not registered is refused with a page and no redirect", Source: rp + "§3; oidcc rp-initiated-logout-bad-post-logout-redirect-uri", Requires: leaving, Proof: "provider.logout-redirect-unchecked", Because: "not registered", Run: logoutRefuses("an address that is not registered", set("post_logout_redirect_uri", "https://attacker.example.test/"))},
		{ID: "provider.logout-query-added", Title: "A registered address with an added query is refused with a page and no redirect", Source: rp + "§3; oidcc rp-initiated-logout-query-added", Requires: leaving, Proof: "provider.logout-redirect-unchecked", Because: "added query", Run: logoutRefuses("an address with an added query", func(q url.Values) {
			q.Set("post_logout_redirect_uri", q.Get("post_logout_redirect_uri")+"?added=1")
		})},
		{ID: "provider.logout-no-hint", Title: "Without a hint the person is asked before the browser goes anywhere", Source: rp + "§2, §6; oidcc rp-initiated-logout-no-id-token-hint", Requires: leaving, Proof: "provider.logout-unasked", Because: "unasked", Run: logoutPage("without a hint unasked", func(q url.Values) { q.Del("id_token_hint") })},
		{ID: "provider.logout-no-address", Title: "Without an address the browser stays at a page of the provider", Source: rp + "§2; oidcc rp-initiated-logout-no-post-logout-redirect-uri", Requires: leaving, Proof: "provider.logout-needs-address", Because: "without an address", Run: logoutPage("without an address", func(q url.Values) { q.Del("post_logout_redirect_uri"); q.Del("state") })},
		{ID: "provider.logout-only-state", Title: "With a state alone the browser stays at a page of the provider", Source: rp + "§2; oidcc rp-initiated-logout-only-state", Requires: leaving, Proof: "provider.logout-needs-address", Because: "state alone", Run: logoutPage("with a state alone", only("state"))},
		{ID: "provider.logout-no-parameters", Title: "Without any parameter the browser stays at a page of the provider", Source: rp + "§2; oidcc rp-initiated-logout-no-params", Requires: leaving, Proof: "provider.logout-needs-address", Because: "without any parameter", Run: logoutPage("without any parameter", only())},
	}
}

func logoutDiscovery(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	if s, _ := doc["end_session_endpoint"].(string); s == "" {
		return fmt.Errorf("end_session_endpoint is missing among %d members", len(doc))
	}
	return nil
}

func backchannelDiscovery(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err == nil && (doc["backchannel_logout_supported"] != true || doc["backchannel_logout_session_supported"] != true) {
		err = fmt.Errorf("backchannel_logout_supported is %v, with sid %v", doc["backchannel_logout_supported"], doc["backchannel_logout_session_supported"])
	}
	return err
}

// logout signs in and out in one browser, with a changed request to sign out.
func logout(ctx context.Context, t *target.Target, change func(url.Values)) (*browser.Page, error) {
	j, err := arrive(ctx, t, journey.Options{})
	if err != nil {
		return nil, err
	}
	s, err := j.Flow.Finish(ctx, j.Page.URL)
	if err != nil {
		return nil, err
	}
	return end(ctx, t, j, s.RawID, change)
}

// end asks for the end of the session of j's browser.
func end(ctx context.Context, t *target.Target, j *journey.Journey, hint string, change func(url.Values)) (*browser.Page, error) {
	doc, err := metadata(ctx, t)
	if err != nil {
		return nil, err
	}
	address, _ := doc["end_session_endpoint"].(string)
	after := j.App.Client.PostLogoutURI
	q := url.Values{"id_token_hint": {hint}, "client_id": {j.App.Client.ID}, "post_logout_redirect_uri": {after}, "state": {j.Flow.State}}
	if change != nil {
		change(q)
	}
	page, err := j.Browser.Go(ctx, address+"?"+q.Encode(), after)
	if err == nil && t.Login != nil && page.Status == http.StatusOK && q.Get("post_logout_redirect_uri") == after && q.Get("id_token_hint") == hint {
		page, err = j.Agree(ctx, page, after) // such a provider may ask first (§2)
	}
	if err == nil && page.Status == 0 && page.URL.Query().Get("state") != q.Get("state") {
		err = fmt.Errorf("the browser comes back with state %q, sent was %q", page.URL.Query().Get("state"), q.Get("state"))
	}
	return page, err
}

func logoutPlain(ctx context.Context, t *target.Target) error { return leaves(ctx, t, nil) }

func logoutNoState(ctx context.Context, t *target.Target) error {
	return leaves(ctx, t, func(q url.Values) { q.Del("state") })
}

// leaves wants the browser at the registered address.
func leaves(ctx context.Context, t *target.Target, change func(url.Values)) error {
	page, err := logout(ctx, t, change)
	if err == nil && page.Status != 0 {
		err = fmt.Errorf("the browser does not come back: it is at %s with status %d", page.URL.Path, page.Status)
	}
	return err
}

// logoutRefuses wants an error page.
func logoutRefuses(what string, change func(url.Values)) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		page, err := logout(ctx, t, change)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if page.Status < 400 {
			return fmt.Errorf("%s is not refused: the browser is at %s with status %d", what, page.URL.Path, page.Status)
		}
		return nil
	}
}

// logoutPage wants a page of the provider that is no error.
func logoutPage(what string, change func(url.Values)) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		page, err := logout(ctx, t, change)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if page.Status != http.StatusOK {
			return fmt.Errorf("%s the browser is at %s with status %d, not at a page", what, page.URL.Path, page.Status)
		}
		return nil
	}
}

// unsigned takes the signature off the hint.
func unsigned(q url.Values) {
	parts := strings.Split(q.Get("id_token_hint"), ".")
	if len(parts) == 3 {
		q.Set("id_token_hint", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))+"."+parts[1]+".")
	}
}

// only keeps some parameters.
func only(names ...string) func(url.Values) {
	return func(q url.Values) {
		kept := url.Values{}
		for _, name := range names {
			kept.Set(name, q.Get(name))
		}
		for name := range q {
			delete(q, name)
		}
		for name := range kept {
			q.Set(name, kept.Get(name))
		}
	}
}

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// cis2Card is CIS2 where somebody can sign in.
var cis2Card = append([]target.Feature{target.CIS2}, signedIn...)

// requestChecks are about what the authorization endpoint takes and refuses.
func requestChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.response-type-missing", Title: "A request without response_type is refused", Source: "RFC 6749 §3.1.1; oidcc response-type-missing", Requires: anyProvider, Proof: "provider.response-type-assumed", Because: "without response_type is not refused", Run: refuses("a request without response_type", set("response_type", ""), "invalid_request", "unsupported_response_type")},
		{ID: "provider.no-implicit", Title: "A request for tokens in the address is refused", Source: "RFC 9700 §2.1.2", Requires: anyProvider, Proof: "provider.response-type-ignored", Because: "response_type id_token token is not refused", Run: noImplicit},
		{ID: "provider.no-hybrid", Title: "A request for code and ID token together is refused", Source: "NHS CIS2 guidance: authorization code flow only", Requires: cis2, Proof: "provider.response-type-ignored", Because: "code id_token is not refused", Run: refuses("response_type code id_token", set("response_type", "code id_token"), "unsupported_response_type", "unauthorized_client", "invalid_request")},
		{ID: "provider.response-mode", Title: "A code is not put into the fragment of an address", Source: "OAuth 2.0 Multiple Response Type Encoding Practices §2.1; NHS CIS2 authorization response", Requires: cis2, Proof: "provider.response-mode-ignored", Because: "response_mode fragment is not refused", Run: refuses("response_mode fragment", set("response_mode", "fragment"), "unsupported_response_mode", "invalid_request")},
		{ID: "provider.scope-openid", Title: "A request without the scope openid is refused", Source: "OpenID Connect Core 1.0 §3.1.2.1; NHS CIS2 scopes", Requires: cis2, Proof: "provider.openid-scope-assumed", Because: "without openid is not refused", Run: refusesTold("a request without openid", set("scope", "profile"), "invalid_scope", "invalid_request")},
		{ID: "provider.scope-unknown", Title: "An unknown scope is refused with invalid_scope", Source: "RFC 6749 §3.3, §4.1.2.1", Requires: cis2, Proof: "provider.unknown-scope-dropped", Because: "unknown scope is not refused", Run: refusesTold("an unknown scope", set("scope", "openid unknown_scope"), "invalid_scope")},
		{ID: "provider.unknown-parameter", Title: "An unknown parameter is ignored", Source: "RFC 6749 §3.1; oidcc ensure-request-with-unknown-parameter-succeeds", Requires: signedIn, Proof: "provider.unknown-parameter-refused", Because: "status 400", Run: signsIn(with("unknown_parameter", "x"))},
		{ID: "provider.scope-order", Title: "Scopes may come in any order", Source: "RFC 6749 §3.3; oidcc alternate-happy-flow", Requires: signedIn, Proof: "provider.scope-order", Because: "status 400", Run: scopeOrder},
		{ID: "provider.request-by-post", Title: "An authorization request may be posted", Source: "OpenID Connect Core 1.0 §3.1.2.1; oidcc ensure-post-request-succeeds", Requires: signedIn, Proof: "provider.authorize-get-only", Because: "405", Run: requestByPost},
		{ID: "provider.repeated-parameter", Title: "An authorization request with a parameter twice is refused", Source: "RFC 6749 §3.1", Requires: anyProvider, Proof: "provider.repeated-parameter-accepted", Because: "twice is not refused", Run: refuses("a parameter that comes twice", func(q url.Values) { q.Add("scope", "openid") }, "invalid_request")},
		{ID: "provider.request-object", Title: "A request object is refused, not passed over", Source: "OpenID Connect Core 1.0 §6.1; oidcc unsigned-request-object-supported-correctly-or-rejected-as-unsupported", Requires: cis2, Proof: "provider.request-object-ignored", Because: "request object is not refused", Run: refusesTold("a request object", set("request", "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."), "request_not_supported", "invalid_request_object")},
		{ID: "provider.request-uri", Title: "A request object by reference is refused, not passed over", Source: "OpenID Connect Core 1.0 §6.2; oidcc request-uri-unsigned", Requires: cis2, Proof: "provider.request-object-ignored", Because: "request_uri is not refused", Run: refusesTold("a request_uri", set("request_uri", "https://app.example.test/request"), "request_uri_not_supported", "invalid_request_uri")},
		{ID: "provider.nonce-optional", Title: "Without a nonce a sign-in succeeds, and the ID token has none", Source: "OpenID Connect Core 1.0 §3.1.2.1; oidcc ensure-request-without-nonce-succeeds-for-code-flow", Requires: signedIn, Proof: "provider.nonce-invented", Because: "none-was-sent", Run: nonceOptional},
		{ID: "provider.nonce-long", Title: "A nonce of 256 characters comes back whole", Source: "OpenID Connect Core 1.0 §3.1.2.1; FAPI 2.0 Security Profile §5.3.2.2", Requires: signedIn, Proof: "provider.nonce-shortened", Because: "nonce", Run: nonceLong},
		{ID: "provider.state-optional", Title: "Without a state a sign-in succeeds, and the redirect has none", Source: "RFC 6749 §4.1.1, §4.1.2", Requires: signedIn, Proof: "provider.state-invented", Because: "none-was-sent", Run: stateOptional},
		{ID: "provider.state-long", Title: "A state of 256 characters, signs among them, comes back whole", Source: "RFC 6749 §4.1.2", Requires: signedIn, Proof: "provider.state-shortened", Because: "state", Run: stateLong},
		{ID: "provider.error-issuer", Title: "An error that goes back to the application carries state and the exact issuer", Source: "RFC 9207 §2", Requires: anyProvider, Proof: "provider.wrong-issuer-in-redirect:n=1", Because: "iss", Run: errorIssuer},
		{ID: "provider.redirect-status", Title: "Redirects do not repeat a form", Source: "RFC 9700 §4.12", Requires: anyProvider, Proof: "provider.redirect-307", Because: "307", Run: redirectStatus},
	}
}

// redirectChecks are about where a code may go.
func redirectChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.redirect-missing", Title: "A request without redirect_uri gets an error page and no redirect", Source: "OpenID Connect Core 1.0 §3.1.2.1; oidcc ensure-redirect-uri-in-authorization-request", Requires: anyProvider, Proof: "provider.redirect-uri-assumed", Because: "no error page", Run: redirects(func(string) string { return "" })},
		{ID: "provider.redirect-query", Title: "A redirect address with an added query gets an error page and no redirect", Source: "RFC 9700 §2.1; oidcc redirect-uri-query-added", Requires: anyProvider, Proof: "provider.redirect-query-ignored", Because: "no error page", Run: redirects(func(u string) string { return u + "?added=1" })},
		{ID: "provider.redirect-fragment", Title: "A redirect address with a fragment gets an error page and no redirect", Source: "RFC 6749 §3.1.2; oidcc redirect-uri-regfrag", Requires: anyProvider, Proof: "provider.redirect-query-ignored", Because: "no error page", Run: redirects(func(u string) string { return u + "#fragment" })},
		{ID: "provider.redirect-longer", Title: "A redirect address that begins like the registered one gets an error page and no redirect", Source: "RFC 9700 §4.1", Requires: anyProvider, Proof: "provider.redirect-prefix", Because: "no error page", Run: redirects(func(u string) string { return u + "/more" })},
		{ID: "provider.redirect-dots", Title: "A redirect address with dots in its path gets an error page and no redirect", Source: "RFC 9700 §4.1", Requires: anyProvider, Proof: "provider.redirect-prefix", Because: "no error page", Run: redirects(func(u string) string { return u + "/../elsewhere" })},
		{ID: "provider.redirect-user", Title: "A redirect address whose host only looks like the registered one gets an error page and no redirect", Source: "RFC 9700 §4.1.3", Requires: anyProvider, Proof: "provider.redirect-unchecked", Because: "no error page", Run: redirects(func(u string) string { return strings.Replace(u, "127.0.0.1", "127.0.0.1@attacker.example.test", 1) })},
		{ID: "provider.redirect-loopback-port", Title: "A loopback redirect may have any port", Source: "RFC 8252 §7.3; NHS CIS2 client registration", Requires: cis2Card, Proof: "provider.redirect-port-fixed", Because: "status 400", Run: redirectLoopbackPort},
	}
}

// freshnessChecks are about prompt, max_age and acr_values.
func freshnessChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.prompt-none", Title: "prompt=none without a session is answered login_required", Source: "OpenID Connect Core 1.0 §3.1.2.6; oidcc prompt-none-not-logged-in", Requires: anyProvider, Proof: "provider.prompt-none-shows-login", Because: "prompt=none is not refused", Run: refusesTold("prompt=none", set("prompt", "none"), "login_required", "interaction_required")},
		{ID: "provider.prompt-none-mixed", Title: "prompt=none beside another value is refused", Source: "OpenID Connect Core 1.0 §3.1.2.1", Requires: anyProvider, Proof: "provider.prompt-none-shows-login", Because: "prompt=none login is not refused", Run: refusesTold("prompt=none login", set("prompt", "none login"), "invalid_request")},
		{ID: "provider.prompt-login", Title: "prompt=login asks for the card again within a session", Source: "OpenID Connect Core 1.0 §3.1.2.1; oidcc prompt-login", Requires: signedIn, Proof: "provider.silent-second-application", Because: "asks for no card", Run: asksAgain("prompt", "login")},
		{ID: "provider.max-age-zero", Title: "max_age=0 asks for the card again within a session", Source: "OpenID Connect Core 1.0 §3.1.2.1; oidcc max-age-1", Requires: signedIn, Proof: "provider.silent-second-application", Because: "asks for no card", Run: asksAgain("max_age", "0")},
		{ID: "provider.max-age", Title: "With max_age the ID token has auth_time", Source: "OpenID Connect Core 1.0 §2; oidcc max-age-10000", Requires: signedIn, Proof: "provider.missing-auth-time", Because: "auth_time", Run: maxAge},
		{ID: "provider.acr-echo", Title: "acr in the ID token is the value that was asked for", Source: "NHS CIS2 guidance, acr values; oidcc ensure-request-with-acr-values-succeeds", Requires: cis2Card, Proof: "provider.wrong-acr:n=1", Because: "acr is", Run: acrEcho},
		{ID: "provider.acr-unknown", Title: "An acr value that CIS2 does not have is refused", Source: "NHS CIS2 guidance, acr values", Requires: cis2, Proof: "provider.acr-ignored", Because: "unknown acr value is not refused", Run: refuses("an unknown acr value", set("acr_values", "urn:mace:incommon:iap:silver"), "invalid_request", "unmet_authentication_requirements", "access_denied")},
		{ID: "provider.acr-default", Title: "Without acr_values AAL3_ANY is served", Source: "NHS CIS2 guidance, acr values", Requires: cis2Card, Proof: "provider.acr-default-other", Because: "AAL3_ANY", Run: acrDefault},
		{ID: "provider.amr", Title: "amr is a list with one way to sign in", Source: "OpenID Connect Core 1.0 §2; NHS CIS2 ID token claims", Requires: cis2Card, Proof: "provider.amr-string", Because: "amr", Run: amr},
	}
}

// hintChecks are the optional parameters of OpenID Connect Core §3.1.2.1, one
// each: a provider may pass them over, but must not stumble.
func hintChecks() []suite.Check {
	var all []suite.Check
	for _, x := range []struct{ id, name, value, oidcc string }{
		{"display-page", "display", "page", "display-page"},
		{"display-popup", "display", "popup", "display-popup"},
		{"ui-locales", "ui_locales", "cy en", "ui-locales"},
		{"claims-locales", "claims_locales", "cy", "claims-locales"},
		{"login-hint", "login_hint", "555000000025", "login-hint"},
		{"claims", "claims", `{"userinfo":{"name":{"essential":true}}}`, "claims-essential"},
	} {
		all = append(all, suite.Check{ID: "provider." + x.id, Title: "A request with " + x.name + " " + x.value + " signs in", Source: "OpenID Connect Core 1.0 §3.1.2.1; oidcc " + x.oidcc, Requires: signedIn, Proof: "provider.hints-refused", Because: "status 400", Run: signsIn(with(x.name, x.value))})
	}
	return append(all, suite.Check{ID: "provider.id-token-hint", Title: "A request with the ID token of before as a hint signs in", Source: "OpenID Connect Core 1.0 §3.1.2.1; oidcc id-token-hint", Requires: signedIn, Proof: "provider.hints-refused", Because: "status 400", Run: idTokenHint})
}

// refuses is refusesAsk as a spec: an error page will do.
func refuses(what string, change func(url.Values), codes ...string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		return refusesAsk(ctx, t, what, false, change, codes...)
	}
}

// refusesTold wants the application to be told.
func refusesTold(what string, change func(url.Values), codes ...string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		return refusesAsk(ctx, t, what, true, change, codes...)
	}
}

func noImplicit(ctx context.Context, t *target.Target) error {
	for _, kind := range []string{"id_token token", "token", "id_token"} {
		if err := refusesAsk(ctx, t, "response_type "+kind, false, set("response_type", kind), "unsupported_response_type", "unauthorized_client", "invalid_request"); err != nil {
			return err
		}
	}
	return nil
}

func scopeOrder(ctx context.Context, t *target.Target) error {
	_, err := signIn(ctx, t, journey.Options{Scopes: []string{"nationalrbacaccess", "profile", "openid"}})
	return err
}

func requestByPost(ctx context.Context, t *target.Target) error {
	app, err := relyingparty.New(ctx, t, 0)
	if err != nil {
		return err
	}
	u, err := url.Parse(app.Begin(nil).URL)
	if err != nil {
		return err
	}
	form := u.Query()
	u.RawQuery = ""
	page, err := browser.New(t.HTTP).Submit(ctx, &browser.Page{URL: u}, u.String(), form, app.Redirect)
	if err != nil {
		return err
	}
	if page.Status != http.StatusOK {
		return fmt.Errorf("a posted request is answered %d, not with the login page", page.Status)
	}
	return nil
}

func nonceOptional(ctx context.Context, t *target.Target) error {
	j, err := arrive(ctx, t, journey.Options{More: options(with("nonce", ""))})
	if err != nil {
		return err
	}
	j.Flow.Nonce = ""
	s, err := j.Flow.Finish(ctx, j.Page.URL)
	if err == nil && s.Claims["nonce"] != nil {
		err = fmt.Errorf("the nonce is %v", s.Claims["nonce"])
	}
	return err
}

func nonceLong(ctx context.Context, t *target.Target) error {
	nonce := strings.Repeat("0123456789abcdef", 16)
	j, err := arrive(ctx, t, journey.Options{More: options(with("nonce", nonce))})
	if err != nil {
		return err
	}
	j.Flow.Nonce = nonce
	_, err = j.Flow.Finish(ctx, j.Page.URL)
	return err
}

func stateOptional(ctx context.Context, t *target.Target) error {
	j, err := arrive(ctx, t, journey.Options{More: options(with("state", ""))})
	if err != nil {
		return err
	}
	if q := j.Page.URL.Query(); q.Has("state") || !q.Has("code") {
		return fmt.Errorf("state is %q and code is there: %t", q.Get("state"), q.Has("code"))
	}
	return nil
}

func stateLong(ctx context.Context, t *target.Target) error {
	state := strings.Repeat(`a&b=c+d%20"é/`, 20)[:256]
	j, err := arrive(ctx, t, journey.Options{More: options(with("state", state))})
	if err != nil {
		return err
	}
	j.Flow.State = state
	_, err = j.Flow.Code(j.Page.URL)
	return err
}

func errorIssuer(ctx context.Context, t *target.Target) error {
	f, page, err := ask(ctx, t, set("prompt", "none"))
	if err != nil {
		return err
	}
	q := page.URL.Query()
	if q.Get("error") == "" || q.Get("state") != f.State {
		return fmt.Errorf("prompt=none comes back with error %q and state %q", q.Get("error"), q.Get("state"))
	}
	if q.Get("iss") != t.Issuer {
		return fmt.Errorf("iss of an error is %q, the issuer is %q", q.Get("iss"), t.Issuer)
	}
	return nil
}

func redirectStatus(ctx context.Context, t *target.Target) error {
	app, err := relyingparty.New(ctx, t, 0)
	if err != nil {
		return err
	}
	u, err := url.Parse(app.Begin(nil).URL)
	if err != nil {
		return err
	}
	form := u.Query()
	form.Set("prompt", "none") // a redirect at once, whatever the login page is like
	u.RawQuery = ""
	a, err := call(ctx, t, http.MethodPost, u.String(), form, nil)
	if err == nil && a.Status < 400 && a.Status != http.StatusSeeOther && a.Status != http.StatusFound {
		err = fmt.Errorf("a posted request is redirected with %d, not 303 or 302", a.Status)
	}
	return err
}

// redirects wants an error page for the registered address, changed.
func redirects(change func(registered string) string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		_, page, err := ask(ctx, t, func(q url.Values) { q.Set("redirect_uri", change(q.Get("redirect_uri"))) })
		if err == nil && page.Status < 400 {
			err = fmt.Errorf("no error page: the browser is at %s with status %d instead of being refused a redirect or a login", page.URL.Redacted(), page.Status)
		}
		return err
	}
}

func redirectLoopbackPort(ctx context.Context, t *target.Target) error {
	_, page, err := ask(ctx, t, func(q url.Values) {
		if u, err := url.Parse(q.Get("redirect_uri")); err == nil {
			u.Host = u.Hostname() + ":49152"
			q.Set("redirect_uri", u.String())
		}
	})
	if err == nil && page.Status != http.StatusOK {
		err = fmt.Errorf("a loopback redirect with another port ends at %s with status %d", page.URL.Path, page.Status)
	}
	return err
}

// asksAgain wants a login page in a browser in which somebody has signed in.
func asksAgain(name, value string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		first, err := arrive(ctx, t, journey.Options{})
		if err != nil {
			return err
		}
		_, err = journey.Start(ctx, t, journey.Options{Browser: first.Browser, More: options(with(name, value))})
		if err != nil {
			return fmt.Errorf("%s=%s asks for no card: %w", name, value, err)
		}
		return nil
	}
}

func maxAge(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{More: options(with("max_age", "10000"))})
	if err != nil {
		return err
	}
	if at, ok := s.Claims["auth_time"].(float64); !ok || at <= 0 {
		return fmt.Errorf("auth_time is %v", s.Claims["auth_time"])
	}
	return nil
}

func acrEcho(ctx context.Context, t *target.Target) error {
	for _, acr := range []string{"AAL3_ANY", "AAL3_SMARTCARD", "AAL3_CIS2_SMARTCARD"} {
		s, err := signIn(ctx, t, journey.Options{More: options(with("acr_values", acr))})
		if err != nil {
			return fmt.Errorf("%s: %w", acr, err)
		}
		if s.Claims["acr"] != acr {
			return fmt.Errorf("acr is %v, %s was asked for", s.Claims["acr"], acr)
		}
	}
	return nil
}

func acrDefault(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{More: options(with("acr_values", ""))})
	if err == nil && s.Claims["acr"] != "AAL3_ANY" {
		err = fmt.Errorf("without acr_values acr is %v, not AAL3_ANY", s.Claims["acr"])
	}
	return err
}

func amr(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	if list, ok := s.Claims["amr"].([]any); !ok || len(list) != 1 || list[0] == "" {
		raw, _ := json.Marshal(s.Claims["amr"])
		return fmt.Errorf("amr is %s, not a list of one", raw)
	}
	return nil
}

func idTokenHint(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	return signsIn(with("id_token_hint", s.RawID))(ctx, t)
}

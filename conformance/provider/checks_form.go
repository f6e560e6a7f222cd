package provider

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// formChecks are about the way back by a form.
func formChecks() []suite.Check {
	const spec = "OAuth 2.0 Form Post Response Mode "
	posting := append([]target.Feature{target.FormPost}, signedIn...)
	return []suite.Check{
		{ID: "provider.form-post-discovery", Title: "Discovery announces form_post", Source: "OAuth 2.0 Multiple Response Type Encoding Practices §4; OpenID Connect Discovery 1.0 §3", Requires: []target.Feature{target.Provider, target.FormPost}, Proof: "provider.discovery-bare", Because: "form_post", Run: announces("response_modes_supported", []string{"form_post"})},
		{ID: "provider.form-post", Title: "With form_post code, state and iss come by a form, and nothing in the address", Source: spec + "§2; RFC 9207 §2; oidcc Form Post Basic plan", Requires: posting, Proof: "provider.response-mode-ignored", Because: "not by a form", Run: formPost},
		{ID: "provider.form-post-error", Title: "With form_post an error comes by a form too", Source: spec + "§2; oidcc form-post-error", Requires: posting, Proof: "provider.response-mode-ignored", Because: "not by a form", Run: formPostError},
		{ID: "provider.form-post-state", Title: "With form_post a state of signs comes back whole", Source: spec + "§2; RFC 6749 §4.1.2", Requires: posting, Proof: "provider.form-post-raw", Because: "state", Run: formPostState},
		{ID: "provider.form-post-page", Title: "The page of form_post may not be cached or framed, and runs no script but its own", Source: spec + "§2, §4; RFC 9700 §4.16; protocol §4", Requires: append([]target.Feature{target.Smartcard}, posting...), Proof: "provider.form-post-raw", Because: "may be cached", Run: formPostPage},
	}
}

// posted signs in with form_post and returns the page with the form, what the
// form sends, and the flow.
func posted(ctx context.Context, t *target.Target, state string) (page *browser.Page, sent url.Values, f *relyingparty.Flow, err error) {
	more := options(with("response_mode", "form_post"))
	if state != "" {
		more = append(more, with("state", state))
	}
	j, err := journey.Start(ctx, t, journey.Options{More: more})
	if err != nil {
		return nil, nil, nil, err
	}
	if state != "" {
		j.Flow.State = state
	}
	if err := j.Prove(ctx, ByHand); err != nil {
		return nil, nil, nil, err
	}
	for range 6 {
		page = j.Page
		if sent, err = j.Continue(ctx); err != nil {
			return nil, nil, nil, err
		}
		if j.Home() {
			break
		}
	}
	if !j.Home() || j.Page.URL.RawQuery != "" || page.URL.Path == "" || !sent.Has("code") {
		return nil, nil, nil, fmt.Errorf("the answer comes not by a form: the browser is at %s, and the last form sent %d fields", j.Page.URL.Redacted(), len(sent))
	}
	return page, sent, j.Flow, nil
}

func formPost(ctx context.Context, t *target.Target) error {
	_, sent, f, err := posted(ctx, t, "")
	if err != nil {
		return err
	}
	if sent.Get("iss") != t.Issuer {
		return fmt.Errorf("iss is %q, the issuer is %q", sent.Get("iss"), t.Issuer)
	}
	_, err = f.Finish(ctx, &url.URL{RawQuery: sent.Encode()})
	return err
}

func formPostError(ctx context.Context, t *target.Target) error {
	f, page, err := ask(ctx, t, func(q url.Values) { q.Set("response_mode", "form_post"); q.Set("prompt", "none") })
	if err != nil {
		return err
	}
	if page.Status == 0 {
		return fmt.Errorf("the error comes not by a form: the browser is at %s", page.URL.Redacted())
	}
	for _, want := range []string{`method="post"`, `value="login_required"`, `value="` + f.State + `"`} {
		if !strings.Contains(page.Body, want) {
			return fmt.Errorf("the page with status %d has no %s", page.Status, want)
		}
	}
	return nil
}

func formPostState(ctx context.Context, t *target.Target) error {
	const state = `"><script>alert("state")</script>&amp;é`
	_, sent, _, err := posted(ctx, t, state)
	if err == nil && sent.Get("state") != state {
		err = fmt.Errorf("state is %q, sent was %q", sent.Get("state"), state)
	}
	return err
}

func formPostPage(ctx context.Context, t *target.Target) error {
	page, _, _, err := posted(ctx, t, "")
	if err != nil {
		return err
	}
	if !strings.Contains(page.Header.Get("Cache-Control"), "no-store") {
		return fmt.Errorf("the page may be cached: Cache-Control is %q", page.Header.Get("Cache-Control"))
	}
	policy := page.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action "} {
		if !strings.Contains(policy, want) {
			return fmt.Errorf("the page's Content-Security-Policy is %q, without %q", policy, want)
		}
	}
	if strings.Contains(policy, "'unsafe-inline'") {
		return fmt.Errorf("the page runs any script: %q", policy)
	}
	return nil
}

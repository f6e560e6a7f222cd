package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// parChecks are about pushed authorization requests.
func parChecks() []suite.Check {
	const rfc, fapi = "RFC 9126 ", "FAPI 2.0 Security Profile "
	par := []target.Feature{target.PAR}
	pushing := []target.Feature{target.PAR, target.Login}
	pushingLater := append([]target.Feature{target.Clock}, pushing...)
	return []suite.Check{
		{ID: "provider.par-discovery", Title: "Discovery names the endpoint for pushed requests", Source: rfc + "§5", Requires: par, Proof: "provider.discovery-bare", Because: "pushed_authorization_request_endpoint", Run: parDiscovery},
		{ID: "provider.par", Title: "A pushed request is answered 201, and signs in by its reference and client_id alone", Source: rfc + "§2.2, §4", Requires: pushing, Proof: "provider.par-odd-answer", Because: "answered 200", Run: parPlain},
		{ID: "provider.par-life", Title: "A pushed request lives for less than ten minutes, and says for how long", Source: rfc + "§2.2; " + fapi + "§5.3.2.2", Requires: par, Proof: "provider.par-odd-answer", Because: "3600", Run: parLife},
		{ID: "provider.par-unguessable", Title: "The reference of a pushed request cannot be guessed", Source: rfc + "§2.2, §7.1", Requires: par, Proof: "provider.par-odd-answer", Because: "guessed", Run: parUnguessable},
		{ID: "provider.par-not-cached", Title: "The answer to a pushed request may not be cached", Source: rfc + "§2.2", Requires: par, Proof: "provider.par-odd-answer", Because: "no-store", Run: parNotCached},
		{ID: "provider.par-client", Title: "A request pushed without client authentication is refused", Source: rfc + "§2.1", Requires: par, Proof: "provider.par-anything", Because: "without client authentication", Run: parClient},
		{ID: "provider.par-client-key", Title: "A request pushed with an assertion that another key signed is refused", Source: rfc + "§2.1; RFC 7523 §3 item 9", Requires: par, Proof: "provider.assertion-key-unchecked", Because: "another key", Run: parClientKey},
		{ID: "provider.par-request-uri", Title: "A request_uri cannot be pushed", Source: rfc + "§2.1", Requires: par, Proof: "provider.par-anything", Because: "request_uri", Run: pushRefused("a pushed request_uri", set("request_uri", "urn:ietf:params:oauth:request_uri:another"), "invalid_request", "request_uri_not_supported")},
		{ID: "provider.par-redirect", Title: "A pushed request for an address that is not registered is refused at once", Source: rfc + "§2.1, §2.3", Requires: par, Proof: "provider.par-anything", Because: "not registered", Run: pushRefused("an address that is not registered", set("redirect_uri", "https://attacker.example.test/callback"), "invalid_request")},
		{ID: "provider.par-scope", Title: "A pushed request for an unknown scope is refused at once", Source: rfc + "§2.1, §2.3", Requires: []target.Feature{target.PAR, target.StrictScopes}, Proof: "provider.par-anything", Because: "unknown scope", Run: pushRefused("an unknown scope", set("scope", "openid unknown_scope"), "invalid_scope")},
		{ID: "provider.par-challenge-plain", Title: "A pushed request with the challenge method plain is refused at once", Source: rfc + "§2.1; RFC 9700 §2.1.1", Requires: par, Proof: "provider.par-anything", Because: "plain", Run: pushRefused("the challenge method plain", set("code_challenge_method", "plain"), "invalid_request")},
		{ID: "provider.par-post-only", Title: "Requests are pushed by POST only", Source: rfc + "§2.1, §2.3", Requires: par, Proof: "provider.par-anything", Because: "GET", Run: parPostOnly},
		{ID: "provider.par-bound", Title: "A pushed request is of no use to another client", Source: rfc + "§2.2", Requires: pushing, Proof: "provider.pushed-unchecked", Because: "another client", Run: parBound},
		{ID: "provider.par-once", Title: "A pushed request that has led to a code is of no further use", Source: rfc + "§7.3; " + fapi + "§5.3.2.2", Requires: pushing, Proof: "provider.pushed-unchecked", Because: "a second time", Run: parOnce},
		{ID: "provider.par-ends", Title: "A pushed request is of no use after its time", Source: rfc + "§2.2, §4", Requires: pushingLater, Proof: "provider.pushed-unchecked", Because: "after its time", Run: parEnds},
		{ID: "provider.par-reload", Title: "Showing the login page of a pushed request again does no harm before the sign-in", Source: fapi + "§5.3.2.2", Requires: pushing, Proof: "provider.pushed-burnt", Because: "the second time", Run: parReload},
		{ID: "provider.par-only", Title: "What stands beside the reference of a pushed request does not count", Source: rfc + "§4; RFC 9101 §5", Requires: pushing, Proof: "provider.par-front-channel-wins", Because: "state", Run: parOnly},
	}
}

func parDiscovery(ctx context.Context, t *target.Target) error {
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	if address, _ := doc["pushed_authorization_request_endpoint"].(string); address == "" {
		return fmt.Errorf("pushed_authorization_request_endpoint is missing among %d members", len(doc))
	}
	return nil
}

// pushRaw pushes a changed request and returns the raw answer.
func pushRaw(ctx context.Context, t *target.Target, change func(url.Values), w relyingparty.Assertion) (answer, error) {
	s, err := secure(ctx, t)
	if err != nil {
		return answer{}, err
	}
	_, form, err := s.ask()
	if err != nil {
		return answer{}, err
	}
	if change != nil {
		change(form)
	}
	return s.push(ctx, form, w, nil)
}

// pushRefused wants a changed request refused where it is pushed.
func pushRefused(what string, change func(url.Values), codes ...string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		if a, err := pushRaw(ctx, t, nil, relyingparty.Assertion{}); err != nil || a.Status >= 300 {
			return errors.Join(err, fmt.Errorf("without change it is answered %d %.200s", a.Status, a.Body))
		}
		a, err := pushRaw(ctx, t, change, relyingparty.Assertion{})
		if err != nil {
			return err
		}
		return refusesAnswer(a, what, codes...)
	}
}

func parPlain(ctx context.Context, t *target.Target) error {
	a, err := pushRaw(ctx, t, nil, relyingparty.Assertion{})
	if err == nil && a.Status != http.StatusCreated {
		err = fmt.Errorf("a pushed request is answered %d, not 201: %.200s", a.Status, a.Body)
	}
	if err != nil {
		return err
	}
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, _, err = s.code(ctx)
	return err
}

// referred is a good reference.
func referred(ctx context.Context, t *target.Target) (reference, error) {
	s, err := secure(ctx, t)
	if err != nil {
		return reference{}, err
	}
	_, r, err := s.pushed(ctx)
	return r, err
}

func parLife(ctx context.Context, t *target.Target) error {
	r, err := referred(ctx, t)
	if err == nil && (r.Life < 5 || r.Life >= 600) {
		err = fmt.Errorf("expires_in is %v, wanted are 5 to 600 seconds", r.Life)
	}
	return err
}

func parUnguessable(ctx context.Context, t *target.Target) error {
	one, err := referred(ctx, t)
	if err != nil {
		return err
	}
	two, err := referred(ctx, t)
	if err != nil {
		return err
	}
	const prefix = "urn:ietf:params:oauth:request_uri:"
	if one.URI == two.URI || len(strings.TrimPrefix(one.URI, prefix)) < 22 {
		return fmt.Errorf("request_uri can be guessed: %q comes before %q", one.URI, two.URI)
	}
	return nil
}

func parNotCached(ctx context.Context, t *target.Target) error {
	a, err := pushRaw(ctx, t, nil, relyingparty.Assertion{})
	if err == nil && !strings.Contains(a.Header.Get("Cache-Control"), "no-store") && !strings.Contains(a.Header.Get("Cache-Control"), "no-cache") {
		err = fmt.Errorf("Cache-Control is %q, neither no-store nor no-cache", a.Header.Get("Cache-Control"))
	}
	return err
}

func parClient(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, form, err := s.ask()
	if err != nil {
		return err
	}
	a, err := call(ctx, t, http.MethodPost, s.par, form, nil)
	if err != nil {
		return err
	}
	return refusesAnswer(a, "a request pushed without client authentication", "invalid_client")
}

func parClientKey(ctx context.Context, t *target.Target) error {
	a, err := pushRaw(ctx, t, nil, relyingparty.Assertion{OtherKey: true})
	if err != nil {
		return err
	}
	return refusesAnswer(a, "a request pushed with an assertion that another key signed", "invalid_client")
}

func parPostOnly(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	a, err := call(ctx, t, http.MethodGet, s.par, url.Values{"client_id": {s.app.Client.ID}}, nil)
	if err == nil && a.Status != http.StatusMethodNotAllowed {
		err = fmt.Errorf("GET is answered %d, not 405", a.Status)
	}
	return err
}

// refusesPage wants no login at an address of the authorization endpoint: an
// error page, or an error at the application.
func (s *secured) refusesPage(ctx context.Context, what, address string) error {
	page, err := s.opened(ctx, address)
	if err != nil {
		return err
	}
	if page.Status >= 400 || page.Status == 0 && page.URL.Query().Get("error") != "" {
		return nil
	}
	return fmt.Errorf("%s is not refused: the browser is at %s with status %d", what, page.URL.Path, page.Status)
}

func parBound(ctx context.Context, t *target.Target) error {
	other, err := t.Client(0)
	if err != nil {
		return err
	}
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, r, err := s.pushed(ctx)
	if err != nil {
		return err
	}
	return s.refusesPage(ctx, "a request that another client pushed", s.front(other.ID, r.URI))
}

func parOnce(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	f, r, err := s.pushed(ctx)
	if err != nil {
		return err
	}
	if _, err := s.enter(ctx, f, r.URI); err != nil {
		return err
	}
	return s.refusesPage(ctx, "a request that is used a second time", s.front(s.app.Client.ID, r.URI))
}

func parEnds(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, r, err := s.pushed(ctx)
	if err != nil {
		return err
	}
	return later(ctx, t, time.Duration(r.Life+2)*time.Second, func() error {
		return s.refusesPage(ctx, "a request after its time", s.front(s.app.Client.ID, r.URI))
	})
}

func parReload(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, r, err := s.pushed(ctx)
	if err != nil {
		return err
	}
	b := browser.New(t.HTTP)
	for _, time := range []string{"the first time", "the second time"} {
		page, err := b.Go(ctx, s.front(s.app.Client.ID, r.URI), s.app.Redirect)
		if err != nil {
			return err
		}
		if page.Status != http.StatusOK {
			return fmt.Errorf("%s the browser is at %s with status %d, not at the login page", time, page.URL.Path, page.Status)
		}
	}
	return nil
}

func parOnly(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	f, r, err := s.pushed(ctx, with("prompt", "none"))
	if err != nil {
		return err
	}
	page, err := s.opened(ctx, s.front(s.app.Client.ID, r.URI, "state", "of-the-address"))
	if err != nil {
		return err
	}
	if q := page.URL.Query(); page.Status != 0 || q.Get("state") != f.State {
		return fmt.Errorf("the browser comes back with state %q and status %d, pushed was %q", q.Get("state"), page.Status, f.State)
	}
	return nil
}

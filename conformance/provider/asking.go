package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// with is one more parameter of an authorization request; an empty value stands
// for one that is left out (RFC 6749 §3.1).
func with(name, value string) oauth2.AuthCodeOption { return oauth2.SetAuthURLParam(name, value) }

// options are such parameters as journey.Options takes them.
func options(more ...oauth2.AuthCodeOption) []oauth2.AuthCodeOption { return more }

// ask sends a browser with a changed authorization request of the first client
// and says where it stops: at the application, or at a page of the provider.
func ask(ctx context.Context, t *target.Target, change func(url.Values)) (*relyingparty.Flow, *browser.Page, error) {
	app, err := relyingparty.New(ctx, t, 0)
	if err != nil {
		return nil, nil, err
	}
	f := app.Begin(nil)
	u, err := url.Parse(f.URL)
	if err != nil {
		return nil, nil, err
	}
	q := u.Query()
	change(q)
	u.RawQuery = q.Encode()
	page, err := browser.New(t.HTTP).Go(ctx, u.String(), app.Redirect)
	return f, page, err
}

// refusesAsk wants a changed request to end without a login: at the application
// with one of the codes, or on an error page. A spec that wants the application
// to be told says so with told.
func refusesAsk(ctx context.Context, t *target.Target, what string, told bool, change func(url.Values), codes ...string) error {
	f, page, err := ask(ctx, t, change)
	if err != nil {
		return err
	}
	if page.Status >= 400 && !told {
		return nil
	}
	if page.Status != 0 {
		return fmt.Errorf("%s is not refused: the browser is at %s with status %d", what, page.URL.Path, page.Status)
	}
	_, err = f.Code(answered(page.URL))
	var problem relyingparty.Problem
	if !errors.As(err, &problem) {
		return fmt.Errorf("%s is not refused: the application gets a callback with %v", what, err)
	}
	if !slices.Contains(codes, problem.Code) {
		return fmt.Errorf("%s is answered %q, not %s", what, problem.Code, strings.Join(codes, " or "))
	}
	return nil
}

// answered is the address with which a browser came back. What would have been
// in the fragment is refused there too (OAuth 2.0 Multiple Response Type
// Encoding Practices §5).
func answered(back *url.URL) *url.URL {
	if back.RawQuery != "" || back.Fragment == "" {
		return back
	}
	u := *back
	u.RawQuery = u.Fragment
	return &u
}

// set changes one parameter.
func set(name, value string) func(url.Values) {
	return func(q url.Values) { q.Set(name, value) }
}

// signsIn wants a sign-in with more parameters to succeed.
func signsIn(more ...oauth2.AuthCodeOption) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		_, err := signIn(ctx, t, journey.Options{More: more})
		return err
	}
}

// answer is what an endpoint said.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// call sends one request; a form is sent as a body unless the method is GET.
func call(ctx context.Context, t *target.Target, method, address string, form url.Values, header http.Header) (answer, error) {
	var body io.Reader
	if method == http.MethodGet && form != nil {
		address += "?" + form.Encode()
	} else if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return answer{}, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{Transport: t.HTTP, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return answer{resp.StatusCode, resp.Header, string(raw)}, err
}

// basic is the header of client_secret_basic (RFC 6749 §2.3.1).
func basic(id, secret string) http.Header {
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return req.Header
}

// codeForm is a fresh code of the first client as a token request without
// client authentication.
func codeForm(ctx context.Context, t *target.Target) (url.Values, target.Client, string, error) {
	j, err := arrive(ctx, t, journey.Options{})
	if err != nil {
		return nil, target.Client{}, "", err
	}
	code, err := j.Flow.Code(j.Page.URL)
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {j.App.Redirect}, "code_verifier": {j.Flow.Verifier}}
	return form, j.App.Client, j.App.Provider.Endpoint().TokenURL, err
}

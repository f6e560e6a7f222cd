// Package shortcut signs a person in without a person: it does what a browser
// does from an application's first redirect to its last, and leaves out the
// card, the agent and the pages.
package shortcut

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// Bounds of one visit.
const (
	mostRedirects = 20
	longestPage   = 1 << 20
)

// Visit is one sign-in. Start and Complete are needed.
type Visit struct {
	Start     string                                                        // an authorize URL, or the address at which an application begins
	Complete  func(ctx context.Context, transaction string) (string, error) // answers with where to go on; mockcis2.Server and control.Client have it
	Stop      string                                                        // where to stop, whatever its query: the application's redirect URI; empty follows into the application
	Transport http.RoundTripper                                             // nil is http.DefaultTransport
}

// Page is where a visit ended. Stopped before Stop, it has no status or body.
type Page struct {
	URL    *url.URL
	Status int
	Body   string
}

// ErrNoLogin is wrapped when the start does not lead to the login page.
var ErrNoLogin = errors.New("the login page was not reached")

var (
	login = regexp.MustCompile(`/smartcard/login/([^/]+)$`)
	why   = regexp.MustCompile(`(?s)id="error-description"[^>]*>(.*?)<`)
)

// Run makes the visit. It fails with ErrNoLogin, with what Complete says, or
// when there are more than twenty redirects.
func (v Visit) Run(ctx context.Context) (Page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return Page{}, err
	}
	b := http.Client{Jar: jar, Transport: v.Transport, CheckRedirect: v.redirect}
	p, err := v.open(ctx, &b, v.Start)
	if err != nil {
		return Page{}, err
	}
	at := login.FindStringSubmatch(p.URL.Path)
	if at == nil {
		return p, fmt.Errorf("%w: %s", ErrNoLogin, p.describe())
	}
	on, err := v.Complete(ctx, at[1])
	if err != nil {
		return p, err
	}
	return v.open(ctx, &b, on)
}

func (v Visit) redirect(r *http.Request, before []*http.Request) error {
	if v.stops(r.URL) {
		return http.ErrUseLastResponse
	}
	if len(before) >= mostRedirects {
		return fmt.Errorf("more than %d redirects", mostRedirects)
	}
	return nil
}

func (v Visit) stops(u *url.URL) bool {
	bare := *u
	bare.RawQuery = ""
	stop, _, _ := strings.Cut(v.Stop, "?")
	return v.Stop != "" && bare.String() == stop
}

func (v Visit) open(ctx context.Context, b *http.Client, to string) (Page, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
	if err != nil {
		return Page{}, err
	}
	answer, err := b.Do(r)
	if err != nil {
		return Page{}, err
	}
	defer answer.Body.Close()
	if next, err := answer.Location(); err == nil && v.stops(next) {
		return Page{URL: next}, nil
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, longestPage))
	return Page{answer.Request.URL, answer.StatusCode, string(body)}, err
}

// describe says what a page is that was not expected.
func (p Page) describe() string {
	if e := p.URL.Query().Get("error"); e != "" {
		return "the provider sent the browser back with " + e + ": " + p.URL.Query().Get("error_description")
	}
	text := fmt.Sprintf("ended at %s with status %d", p.URL.Redacted(), p.Status)
	if m := why.FindStringSubmatch(p.Body); m != nil {
		text += ": " + strings.TrimSpace(m[1])
	}
	return text
}

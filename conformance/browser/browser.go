// Package browser is a browser without a screen: cookies, redirects, Origin and
// Referer as a real one sends them, and the four ways in which a login page
// hands its transaction to the agent. One Browser is one cookie jar, so two of
// them are two people's browsers.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Browser keeps cookies. Make one with New.
type Browser struct{ client *http.Client }

// Page is an answer that is shown. Bodies over 1 MiB are cut.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   string
}

// ErrRedirects is wrapped when redirects never end.
var ErrRedirects = errors.New("browser: too many redirects")

// New is an empty jar over the given transport; nil is the default one.
func New(carrier http.RoundTripper) *Browser {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &Browser{&http.Client{
		Jar:           jar,
		Transport:     carrier,
		Timeout:       2 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Go types an address and follows redirects, but not to an address that starts
// with stop: that page is returned with Status 0 and no body, as nobody serves
// it here.
func (b *Browser) Go(ctx context.Context, address, stop string) (*Page, error) {
	return b.follow(ctx, request{method: http.MethodGet, url: address}, stop)
}

// Submit posts a form of the given page and follows redirects like Go.
func (b *Browser) Submit(ctx context.Context, from *Page, action string, form url.Values, stop string) (*Page, error) {
	return b.follow(ctx, request{
		method: http.MethodPost, url: resolve(from.URL, action), body: form.Encode(),
		contentType: "application/x-www-form-urlencoded", origin: Origin(from.URL), referer: Origin(from.URL) + "/",
	}, stop)
}

// request is one step. An empty origin sends no Origin header.
type request struct {
	method, url, body, contentType, origin, referer, host string
}

func (b *Browser) follow(ctx context.Context, r request, stop string) (*Page, error) {
	for range 12 {
		if stop != "" && strings.HasPrefix(r.url, stop) {
			u, err := url.Parse(r.url)
			return &Page{URL: u, Header: http.Header{}}, err
		}
		p, err := b.once(ctx, r)
		if err != nil {
			return nil, err
		}
		to := p.Header.Get("Location")
		if p.Status < 300 || p.Status > 399 || to == "" {
			return p, nil
		}
		next := request{method: http.MethodGet, url: resolve(p.URL, to)}
		if p.Status == http.StatusTemporaryRedirect || p.Status == http.StatusPermanentRedirect {
			next.method, next.body, next.contentType, next.origin = r.method, r.body, r.contentType, r.origin
		}
		r = next
	}
	return nil, fmt.Errorf("%w: the last was %s", ErrRedirects, r.url)
}

func (b *Browser) once(ctx context.Context, r request) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"Content-Type": r.contentType, "Origin": r.origin, "Referer": r.referer} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	req.Header.Set("User-Agent", "conformance browser")
	req.Header.Set("Accept", "text/html,application/json;q=0.9,*/*;q=0.8")
	if r.host != "" {
		req.Host = r.host
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return &Page{URL: req.URL, Status: resp.StatusCode, Header: resp.Header, Body: string(raw)}, err
}

// Origin is scheme, host and port of an address, default port dropped.
func Origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}

func resolve(base *url.URL, to string) string {
	u, err := base.Parse(to)
	if err != nil {
		return to
	}
	return u.String()
}

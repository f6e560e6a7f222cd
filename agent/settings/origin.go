package settings

import (
	"fmt"
	"net/url"
	"strings"
)

// Origin is the origin of an address: lower case, default port dropped (RFC
// 6454 §4 and §6.2).
func Origin(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if u.Scheme == "" || u.Hostname() == "" {
		return "", fmt.Errorf("settings: %q has no origin", address)
	}
	host := strings.ToLower(u.Host)
	switch {
	case u.Scheme == "https":
		host = strings.TrimSuffix(host, ":443")
	case u.Scheme == "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return strings.ToLower(u.Scheme) + "://" + host, nil
}

// same compares an Origin header, which must be an origin and nothing more,
// with a configured address. "null" and "" equal nothing.
func same(header, configured string) bool {
	if checkOrigin(header) != nil {
		return false
	}
	h, err := Origin(header)
	if err != nil {
		return false
	}
	c, err := Origin(configured)
	return err == nil && h == c
}

// LoginIssuer is the issuer whose sign-ins a page of this origin may hand over.
func (s Settings) LoginIssuer(origin string) (Issuer, bool) {
	for _, i := range s.Issuers {
		if same(origin, i.URL) {
			return i, true
		}
	}
	for _, o := range s.LoginOrigins {
		if same(origin, o) && len(s.Issuers) == 1 {
			return s.Issuers[0], true
		}
	}
	return Issuer{}, false
}

// SigningOrigin says whether a page of this origin may have prescriptions
// signed.
func (s Settings) SigningOrigin(origin string) bool {
	for _, o := range s.SigningOrigins {
		if same(origin, o) {
			return true
		}
	}
	return false
}

// KnownOrigin is a login or a signing origin.
func (s Settings) KnownOrigin(origin string) bool {
	_, login := s.LoginIssuer(origin)
	return login || s.SigningOrigin(origin)
}

// Origins are all login and signing origins.
func (s Settings) Origins() []string {
	all := append(append([]string{}, s.LoginOrigins...), s.SigningOrigins...)
	for _, i := range s.Issuers {
		if o, err := Origin(i.URL); err == nil {
			all = append(all, o)
		}
	}
	return all
}

// Issuer finds a configured issuer by its exact URL.
func (s Settings) Issuer(url string) (Issuer, bool) {
	for _, i := range s.Issuers {
		if i.URL == url {
			return i, true
		}
	}
	return Issuer{}, false
}

// Test says that this issuer speaks http, which only a test on this machine
// may; people are told so for as long as they see it.
func (i Issuer) Test() bool { return strings.HasPrefix(i.URL, "http:") }

// Banner is the environment for people. Only "live" goes without a TEST banner
// (package passcode), so an issuer that speaks http is never "live".
func (i Issuer) Banner() string {
	if i.Test() && i.Environment == "live" {
		return "http"
	}
	return i.Environment
}

// Endpoint is an address below the issuer.
func (i Issuer) Endpoint(path string) string { return strings.TrimSuffix(i.URL, "/") + path }

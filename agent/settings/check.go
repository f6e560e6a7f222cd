package settings

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Check refuses settings that could not work or would weaken the agent. Errors
// wrap ErrInvalid.
func (s Settings) Check() error {
	if err := s.checkIssuers(); err != nil {
		return err
	}
	if len(s.LoginOrigins) > 0 && len(s.Issuers) != 1 {
		return fmt.Errorf("%w: login_origins need exactly one issuer, there are %d", ErrInvalid, len(s.Issuers))
	}
	for _, o := range slices.Concat(s.LoginOrigins, s.SigningOrigins) {
		if err := checkOrigin(o); err != nil {
			return err
		}
	}
	return s.checkRest()
}

func (s Settings) checkIssuers() error {
	seen := map[string]string{}
	for _, i := range s.Issuers {
		if err := i.check(); err != nil {
			return err
		}
		o, _ := Origin(i.URL)
		if other, ok := seen[o]; ok {
			return fmt.Errorf("%w: issuers %q and %q have the same origin, so a page could not be told apart", ErrInvalid, other, i.URL)
		}
		seen[o] = i.URL
	}
	return nil
}

func (i Issuer) check() error {
	u, err := url.Parse(i.URL)
	if err != nil {
		return fmt.Errorf("%w: issuer: %w", ErrInvalid, err)
	}
	if u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return fmt.Errorf("%w: issuer %q must be a plain address without user, query or fragment", ErrInvalid, i.URL)
	}
	if err := checkScheme(u); err != nil {
		return err
	}
	if !slices.Contains([]string{"live", "int", "dep", "dev"}, i.Environment) {
		return fmt.Errorf("%w: environment %q of issuer %q is none of live, int, dep, dev", ErrInvalid, i.Environment, i.URL)
	}
	return nil
}

// checkScheme allows https, and http to this machine only.
func checkScheme(u *url.URL) error {
	if u.Scheme == "https" || (u.Scheme == "http" && loopback(u.Hostname())) {
		return nil
	}
	return fmt.Errorf("%w: %q must be https; http is for loopback addresses only", ErrInvalid, u)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// notASCII is what a serialised origin never holds: names are in punycode (RFC
// 6454 §6.2), and some letters would fold into an ASCII one.
func notASCII(r rune) bool { return r <= ' ' || r > '~' }

func checkOrigin(o string) error {
	u, err := url.Parse(o)
	if err != nil {
		return fmt.Errorf("%w: origin: %w", ErrInvalid, err)
	}
	if u.Host == "" || !strings.EqualFold(u.Scheme+"://"+u.Host, o) || strings.ContainsFunc(o, notASCII) {
		return fmt.Errorf("%w: %q is not an origin: scheme, host and port only", ErrInvalid, o)
	}
	return checkScheme(u)
}

func (s Settings) checkRest() error {
	if s.TimeToShowPinForm < 0 || s.TimeToShowPinForm > 3600 {
		return fmt.Errorf("%w: time_to_show_pin_form is 1 to 3600 seconds", ErrInvalid)
	}
	if s.Port < 0 || s.Port > 65535 {
		return fmt.Errorf("%w: port %d does not exist", ErrInvalid, s.Port)
	}
	if !slices.Contains([]string{"", "auto", "gtk", "pinentry", "terminal"}, s.Prompter) {
		return fmt.Errorf("%w: prompter %q is none of auto, gtk, pinentry, terminal", ErrInvalid, s.Prompter)
	}
	if slices.Contains(slices.Concat(s.Pinentry, s.BrowserOpener), "") {
		return fmt.Errorf("%w: pinentry and browser_opener name a program and its arguments; none may be empty", ErrInvalid)
	}
	return nil
}

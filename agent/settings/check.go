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
	if err := s.checkValues(); err != nil {
		return err
	}
	return s.checkTogether()
}

// checkTogether refuses values that do not go together.
func (s Settings) checkTogether() error {
	if len(s.LoginOrigins) > 0 && len(s.Issuers) != 1 {
		return fmt.Errorf("%w: login origins need exactly one issuer, there are %d", ErrInvalid, len(s.Issuers))
	}
	return nil
}

// checkValues refuses values that are wrong whatever the others are.
func (s Settings) checkValues() error {
	if err := s.checkIssuers(); err != nil {
		return err
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

// checkRest holds every other value to its row. Unset ones are right.
func (s Settings) checkRest() error {
	for _, row := range Table() {
		v := row.get(&s)
		if v == nil || row.Kind == List {
			continue
		}
		if _, err := row.parse(Raw{Type: "REG_SZ", Value: v}); err != nil {
			return fmt.Errorf("%w (%s)", err, row.Key)
		}
	}
	if slices.Contains(slices.Concat(s.Pinentry, s.BrowserOpener), "") {
		return fmt.Errorf("%w: pinentry and browser_opener name a program and its arguments; none may be empty", ErrInvalid)
	}
	for _, name := range s.TrustedCertificateIssuers {
		if !strings.Contains(name, "=") {
			return fmt.Errorf("%w: %q is not a distinguished name", ErrInvalid, name)
		}
	}
	return s.checkLink()
}

// checkLink allows addresses that a helpdesk may have and a browser may open.
func (s Settings) checkLink() error {
	u, err := url.Parse(s.HelpdeskLink)
	if err != nil || !slices.Contains([]string{"", "https", "mailto", "tel"}, u.Scheme) || (u.Scheme == "") != (s.HelpdeskLink == "") || (u.Scheme == "https" && u.Host == "") {
		return fmt.Errorf("%w: helpdesk link %q is not an https, mailto or tel address", ErrInvalid, s.HelpdeskLink)
	}
	return nil
}

// Package client is how applications are registered: what a registration must
// be, files of them, and an API in the shape of CIS2's Connection Manager.
package client

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// Bounds of a registration.
const (
	longestName = 200
	mostURIs    = 50
	mostKeys    = 20
)

// Methods are the ways of client authentication (RFC 7591 section 2);
// client_secret is either of the two that send one. Which of them a provider
// accepts is its mode's to say.
var Methods = []string{"client_secret", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"}

// Algorithms a client assertion may be signed with.
var Algorithms = []string{"RS256", "RS512", "PS256", "ES256", "EdDSA"}

// Flaw is what is wrong with one member of a registration.
type Flaw struct {
	Field   string // redirect_uris[1]
	Problem string
}

// Error names the member first.
func (f Flaw) Error() string { return f.Field + ": " + f.Problem }

var id = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`)

// Check says what is wrong with a registration: every Flaw, joined, or nil.
// Redirects are https, or http to this machine for native applications
// (RFC 8252 section 7.3); a method has what it needs and nothing of another.
func Check(c op.Client) error {
	var flaws []error
	flaw := func(field, problem string) {
		if problem != "" {
			flaws = append(flaws, Flaw{field, problem})
		}
	}
	if !id.MatchString(c.ID) {
		flaw("client_id", "must be 1 to 200 letters, digits, dots, hyphens and underscores")
	}
	flaw("client_name", words(c.Name, true))
	flaw("description", words(c.Description, false))
	flaw("redirect_uris", count(c.RedirectURIs))
	for i, u := range c.RedirectURIs {
		flaw(fmt.Sprintf("redirect_uris[%d]", i), address(u))
	}
	for i, u := range c.PostLogoutRedirectURIs {
		flaw(fmt.Sprintf("post_logout_redirect_uris[%d]", i), address(u))
	}
	for i, o := range c.Origins {
		flaw(fmt.Sprintf("allowed_origins[%d]", i), origin(o))
	}
	for field, u := range map[string]string{"jwks_uri": c.KeysURI, "backchannel_logout_uri": c.BackchannelLogoutURI} {
		if u != "" {
			flaw(field, address(u))
		}
	}
	for field, a := range map[string]string{"id_token_signed_response_alg": c.IDTokenAlg, "userinfo_signed_response_alg": c.UserInfoAlg} {
		if a != "" && !slices.Contains(Algorithms, a) {
			flaw(field, "must be one of "+strings.Join(Algorithms, ", "))
		}
	}
	return errors.Join(append(flaws, method(c)...)...)
}

// words says what is wrong with a text that people read.
func words(text string, needed bool) string {
	switch {
	case needed && strings.TrimSpace(text) == "":
		return "is missing"
	case utf8.RuneCountInString(text) > longestName:
		return fmt.Sprintf("is longer than %d characters", longestName)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "has characters that cannot be printed"
	}
	return ""
}

func count(uris []string) string {
	switch {
	case len(uris) == 0:
		return "needs at least one"
	case len(uris) > mostURIs:
		return fmt.Sprintf("has more than %d", mostURIs)
	}
	for i, u := range uris {
		if slices.Contains(uris[:i], u) {
			return fmt.Sprintf("has %q twice", u)
		}
	}
	return ""
}

// address says what is wrong with a URL that we send a browser or a request to.
func address(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || len(text) > 2000:
		return "is not an absolute URL"
	case u.Fragment != "" || strings.HasSuffix(text, "#"):
		return "has a fragment"
	case u.User != nil:
		return "has a user name"
	case u.Scheme != "https" && !(u.Scheme == "http" && here(u.Hostname())):
		return "must be https, or http to this machine"
	}
	return ""
}

// origin says what is wrong with an origin: scheme, host and port alone.
func origin(text string) string {
	if problem := address(text); problem != "" {
		return problem
	}
	if u, err := url.Parse(text); err != nil || u.Path != "" || u.RawQuery != "" {
		return "is more than scheme, host and port"
	}
	return ""
}

// here says whether a host name is this machine's.
func here(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// method checks what client authentication needs.
func method(c op.Client) []error {
	keyed := len(c.Keys.Keys) > 0 || c.KeysURI != ""
	switch {
	case !slices.Contains(Methods, c.Method):
		return []error{Flaw{"token_endpoint_auth_method", "must be one of " + strings.Join(Methods, ", ")}}
	case c.Method == "private_key_jwt":
		return keys(c)
	case (c.Secret == "") != (c.Method == "none"):
		return []error{Flaw{"client_secret", map[bool]string{true: "is missing", false: "is of no use to none"}[c.Secret == ""]}}
	case keyed || len(c.Algorithms) > 0:
		return []error{Flaw{"token_endpoint_auth_method", "is " + c.Method + ", which has no use for keys or algorithms"}}
	}
	return nil
}

// keys checks what private_key_jwt needs: public keys, here or there.
func keys(c op.Client) (flaws []error) {
	if c.Secret != "" {
		flaws = append(flaws, Flaw{"client_secret", "is of no use to private_key_jwt"})
	}
	if (len(c.Keys.Keys) > 0) == (c.KeysURI != "") {
		flaws = append(flaws, Flaw{"jwks", "or jwks_uri is needed for private_key_jwt, and not both"})
	}
	if len(c.Keys.Keys) > mostKeys {
		flaws = append(flaws, Flaw{"jwks", fmt.Sprintf("has more than %d keys", mostKeys)})
	}
	for i, k := range c.Keys.Keys {
		if !k.Valid() || !k.IsPublic() {
			flaws = append(flaws, Flaw{fmt.Sprintf("jwks.keys[%d]", i), "is not a public key; a private one never leaves its owner"})
		}
	}
	for i, a := range c.Algorithms {
		if !slices.Contains(Algorithms, a) {
			flaws = append(flaws, Flaw{fmt.Sprintf("algorithms[%d]", i), "must be one of " + strings.Join(Algorithms, ", ")})
		}
	}
	return flaws
}

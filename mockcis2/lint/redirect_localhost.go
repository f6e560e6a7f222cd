package lint

import "net/url"

// RedirectLocalhost is the lint lint.redirect-localhost: the redirect_uri
// names localhost.
var RedirectLocalhost = Lint{
	ID:       "lint.redirect-localhost",
	Title:    "The redirect_uri names localhost",
	Area:     Asking,
	Severity: Advice,
	Source:   "RFC 8252 section 8.3",
	Advice:   "Use 127.0.0.1 or [::1]: a name can be resolved to somewhere else.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if u, err := url.Parse(e.Value("redirect_uri")); err == nil && u.Hostname() == "localhost" {
				say(e, "redirect_uri is %q", e.Value("redirect_uri"))
			}
		}
	},
}

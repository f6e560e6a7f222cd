package lint

import "net/url"

// RedirectHTTP is the lint lint.redirect-http: the redirect_uri is plain
// http.
var RedirectHTTP = Lint{
	ID:       "lint.redirect-http",
	Title:    "The redirect_uri is plain http",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 9700 section 2.6; CIS2: redirect URIs must be https",
	Advice:   "Use https. Only a program on the same machine may use http, to a loopback IP address.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			u, err := url.Parse(e.Value("redirect_uri"))
			if err == nil && u.Scheme == "http" && !loopback(u) && u.Hostname() != "localhost" {
				say(e, "the code would come back to %q in the clear", u.Host)
			}
		}
	},
}

package lint

// SecretInQuery is the lint lint.secret-in-query: a secret is sent in the
// URL.
var SecretInQuery = Lint{
	ID:       "lint.secret-in-query",
	Title:    "A secret is sent in the URL",
	Area:     Proving,
	Severity: Error,
	Source:   "RFC 6749 section 2.3.1; RFC 9700 section 4.3.2",
	Advice:   "Send secrets, assertions, codes and tokens in the body or the Authorization header: URLs are logged everywhere.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.secretive() {
			for _, name := range []string{"client_secret", "client_assertion", "code", "code_verifier", "access_token", "refresh_token", "password"} {
				if e.Query.Has(name) {
					say(e, "%s in the query of %s", name, e.Endpoint)
				}
			}
		}
	},
}

package lint

// RedirectMismatch is the lint lint.redirect-mismatch: a redirect_uri is
// tried that is not registered.
var RedirectMismatch = Lint{
	ID:       "lint.redirect-mismatch",
	Title:    "A redirect_uri is tried that is not registered",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 9700 section 4.1.3; OpenID Connect Core 1.0 section 3.1.2.1",
	Advice:   "Send exactly a registered redirect_uri: CIS2 compares strings.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if to := e.Value("redirect_uri"); len(s.Redirects) > 0 && !s.registered(to) {
				say(e, "redirect_uri %q is not registered", to)
			}
		}
	},
}

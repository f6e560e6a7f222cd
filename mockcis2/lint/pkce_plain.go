package lint

// PKCEPlain is the lint lint.pkce-plain: the PKCE challenge is plain.
var PKCEPlain = Lint{
	ID:       "lint.pkce-plain",
	Title:    "The PKCE challenge is plain",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 9700 section 2.1.1; RFC 7636 section 4.2",
	Advice:   "Use code_challenge_method=S256; without the parameter the method is plain.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if m := e.Value("code_challenge_method"); e.Value("code_challenge") != "" && m != "S256" {
				say(e, "code_challenge_method is %q", m)
			}
		}
	},
}

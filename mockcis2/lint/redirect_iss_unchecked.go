package lint

// RedirectIssUnchecked is the lint lint.redirect-iss-unchecked: the issuer on
// the redirect is not checked.
var RedirectIssUnchecked = Lint{
	ID:       "lint.redirect-iss-unchecked",
	Title:    "The issuer on the redirect is not checked",
	Area:     Returning,
	Severity: Error,
	Source:   "RFC 9207 section 2.4; RFC 9700 section 4.4.2",
	Advice:   "Compare iss with the issuer that was asked, before the code is sent anywhere.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			if t.back == nil || t.redeemed == nil {
				continue
			}
			if iss := t.back.Answer.Params.Get("iss"); iss != "" && iss != s.Issuer {
				say(*t.redeemed, "the code came back with iss %q and was redeemed", iss)
			}
		}
	},
}

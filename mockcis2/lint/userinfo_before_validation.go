package lint

// UserinfoEarly is the lint lint.userinfo-before-validation: userinfo is
// asked before the ID token can have been validated.
var UserinfoEarly = Lint{
	ID:       "lint.userinfo-before-validation",
	Title:    "Userinfo is asked before the ID token can have been validated",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 sections 3.1.3.5 and 3.1.3.7",
	Advice:   "Validate the ID token first: userinfo is worth nothing without its sub.",
	Find: func(s *Subject, say Say) {
		later := false
		for _, e := range s.Entries {
			later = later || e.Endpoint == "jwks"
		}
		for _, t := range s.accepted() {
			if later && s.Complete && s.fetched("jwks", t.userinfo.Seq) == nil {
				say(*t.userinfo, "nobody had fetched the keys yet")
			}
		}
	},
}

package lint

// TokenIsID is the lint lint.id-token-as-access: the ID token is sent as an
// access token.
var TokenIsID = Lint{
	ID:       "lint.id-token-as-access",
	Title:    "The ID token is sent as an access token",
	Area:     Using,
	Severity: Error,
	Source:   "RFC 6750 section 2; OpenID Connect Core 1.0 section 2",
	Advice:   "Send the access token; the ID token is for the application alone.",
	Find: func(s *Subject, say Say) {
		ids := map[string]bool{}
		for _, e := range s.Entries {
			if h := e.Got("id_token"); h != "" {
				ids[h] = true
			}
			if e.Endpoint == "userinfo" && ids[bearer(e)] && s.issuedTo(bearer(e)) {
				say(e, "the bearer token is an ID token")
			}
		}
	},
}

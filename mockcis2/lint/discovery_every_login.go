package lint

// DiscoveryEveryLogin is the lint lint.discovery-every-login: discovery is
// fetched for every sign-in.
var DiscoveryEveryLogin = Lint{
	ID:       "lint.discovery-every-login",
	Title:    "Discovery is fetched for every sign-in",
	Area:     Fetching,
	Severity: Advice,
	Source:   "OpenID Connect Discovery 1.0 section 4; CIS2 discovery: cache it for up to 1 hour",
	Advice:   "Keep the document for up to an hour.",
	Find: func(s *Subject, say Say) {
		s.everyLogin("discovery", say)
	},
}

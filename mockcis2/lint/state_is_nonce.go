package lint

// StateIsNonce is the lint lint.state-is-nonce: state and nonce are the same
// value.
var StateIsNonce = Lint{
	ID:       "lint.state-is-nonce",
	Title:    "State and nonce are the same value",
	Area:     Asking,
	Severity: Advice,
	Source:   "OpenID Connect Core 1.0 section 15.5.2; RFC 6749 section 10.10",
	Advice:   "Draw them separately: state travels through URLs and logs, nonce guards the ID token.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asks() {
			if h := e.Hash("state"); h != "" && h == e.Hash("nonce") {
				say(e, "state equals nonce")
			}
		}
	},
}

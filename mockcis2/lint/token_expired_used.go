package lint

import "time"

// TokenExpired is the lint lint.token-expired-used: an access token is used
// after its end.
var TokenExpired = Lint{
	ID:       "lint.token-expired-used",
	Title:    "An access token is used after its end",
	Area:     Using,
	Severity: Warning,
	Source:   "RFC 6749 section 5.1: expires_in",
	Advice:   "Remember expires_in and send the person to sign in again.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			for _, e := range t.Requests("userinfo") {
				if t.token != nil && t.token.Answer.ExpiresIn > 0 && e.At.Sub(t.token.At) > time.Duration(t.token.Answer.ExpiresIn)*time.Second {
					say(e, "%s after it was issued", e.At.Sub(t.token.At).Round(time.Second))
				}
			}
		}
	},
}

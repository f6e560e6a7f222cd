package lint

import "slices"

// AudienceUnchecked is the lint lint.audience-unchecked: an ID token for
// another client is accepted.
var AudienceUnchecked = Lint{
	ID:       "lint.audience-unchecked",
	Title:    "An ID token for another client is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 section 3.1.3.7 items 3 to 5",
	Advice:   "Refuse an ID token whose aud is not your client_id, or has others beside it that you do not trust.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if !slices.Contains(id.Audience, s.Client) {
				say(*t.userinfo, "aud is %q, and the flow went on", id.Audience)
			}
		}
	},
}

package lint

import "slices"

// KeyUnchecked is the lint lint.key-unchecked: an ID token signed with an
// unpublished key is accepted.
var KeyUnchecked = Lint{
	ID:       "lint.key-unchecked",
	Title:    "An ID token signed with an unpublished key is accepted",
	Area:     Validating,
	Severity: Error,
	Source:   "OpenID Connect Core 1.0 sections 3.1.3.7 item 6 and 10.1.1",
	Advice:   "Look kid up in the key set; on an unknown one fetch the set again, once, and refuse if it is still unknown.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			known, seen := false, false
			for _, e := range s.Entries {
				if e.Seq < t.userinfo.Seq && e.Endpoint == "jwks" && e.Answer != nil {
					seen = seen || len(e.Answer.Keys) > 0
					known = known || slices.Contains(e.Answer.Keys, t.token.Answer.IDToken.KeyID)
				}
			}
			if seen && s.Complete && !known && t.token.Answer.IDToken.KeyID != "" {
				say(*t.userinfo, "nobody had fetched a key %q, and the flow went on", t.token.Answer.IDToken.KeyID)
			}
		}
	},
}

package lint

import "github.com/smartcard-connect/smartcard-connect/mockcis2/diary"

// LogoutTokenReplayed is the lint lint.logout-token-replayed: two logout tokens of one
// jti are accepted. The same token again is a sender that tries again.
var LogoutTokenReplayed = Lint{
	ID:       "lint.logout-token-replayed",
	Title:    "Two logout tokens of one jti are accepted",
	Area:     Leaving,
	Severity: Advice,
	Source:   "OpenID Connect Back-Channel Logout 1.0 section 2.6 item 8, which is optional",
	Advice:   "Remember the jti of logout tokens for as long as they live, and refuse another token that has one of them.",
	Find: func(s *Subject, say Say) {
		first := map[string]diary.Entry{}
		for _, e := range s.told() {
			id := e.Told.Token.ID
			old, seen := first[id]
			switch {
			case id == "" || !e.Told.Accepted():
			case !seen:
				first[id] = e
			case old.Told.Hash != e.Told.Hash:
				say(e, "its jti is that of the token of entry %d, and the answer was %d", old.Seq, e.Told.Status)
			}
		}
	},
}

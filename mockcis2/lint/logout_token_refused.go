package lint

// LogoutTokenRefused is the lint lint.logout-token-refused: a right logout token is
// refused. A jti that came with another token is a reason, so the diary must have all.
var LogoutTokenRefused = Lint{
	ID:       "lint.logout-token-refused",
	Title:    "A right logout token is refused",
	Area:     Leaving,
	Severity: Warning,
	Source:   "OpenID Connect Back-Channel Logout 1.0 sections 2.7 and 2.8",
	Advice:   "Answer 200 when the session is gone, also when it was gone already; people stay signed in where a logout is refused.",
	Find: func(s *Subject, say Say) {
		all := s.told()
		uses := map[string]int{} // of a jti: two under way at once may arrive in either order
		for _, e := range all {
			uses[e.Told.Token.ID]++
		}
		for _, e := range all {
			if e.Told.Status >= 300 && s.Complete && s.wrong(e) == "" && uses[e.Told.Token.ID] == 1 {
				say(e, "nothing is wrong with it, and the answer was %d", e.Told.Status)
			}
		}
	},
}

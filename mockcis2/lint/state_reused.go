package lint

// StateReused is the lint lint.state-reused: state is used for more than one
// sign-in.
var StateReused = Lint{
	ID:       "lint.state-reused",
	Title:    "State is used for more than one sign-in",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 9700 section 4.7.1",
	Advice:   "Make state anew for every request, tie it to the browser, and forget it once it came back.",
	Find: func(s *Subject, say Say) {
		s.reused("state", say)
	},
}

package lint

// MaxAgeDropped is the lint lint.max-age-dropped: a request that lost its
// max_age or prompt is accepted.
var MaxAgeDropped = Lint{
	ID:       "lint.max-age-dropped",
	Title:    "A request that lost its max_age or prompt is accepted",
	Area:     Validating,
	Severity: Warning,
	Source:   "CIS2 change of August 2021: prompt and max_age can be tampered with",
	Advice:   "Remember in the session what was asked for, and check auth_time against it when the browser is back.",
	Find: func(s *Subject, say Say) {
		for _, name := range []string{"max_age", "prompt"} {
			always := s.habit(name)
			for _, t := range s.accepted() {
				if got := t.ask.Value(name); always != "" && got != always {
					say(t.ask, "%s is %q here and %q otherwise, and the flow went on", name, got, always)
				}
			}
		}
	},
}

package lint

// LevelsAsNumbers is the lint lint.levels-as-numbers: assurance levels that
// are numbers are accepted.
var LevelsAsNumbers = Lint{
	ID:       "lint.levels-as-numbers",
	Title:    "Assurance levels that are numbers are accepted",
	Area:     Validating,
	Severity: Advice,
	Source:   "CIS2: id_assurance_level and authentication_assurance_level are strings",
	Advice:   "Compare them as what they are and refuse other types: \"3\" >= \"10\" and 3 >= \"3\" are both surprises.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.accepted() {
			id := t.token.Answer.IDToken
			if id.Numbers {
				say(*t.userinfo, "a level came as a number, and the flow went on")
			}
		}
	},
}

package lint

// StateUnchecked is the lint lint.state-unchecked: state is not compared when
// the browser returns.
var StateUnchecked = Lint{
	ID:       "lint.state-unchecked",
	Title:    "State is not compared when the browser returns",
	Area:     Returning,
	Severity: Error,
	Source:   "RFC 6749 section 10.12; RFC 9700 section 4.7.1",
	Advice:   "Refuse an answer whose state is not the one of this browser.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			if t.back != nil && t.redeemed != nil && t.ask.Hash("state") != "" && t.back.Got("state") != t.ask.Hash("state") {
				say(*t.redeemed, "another state came back and the code was redeemed")
			}
		}
	},
}

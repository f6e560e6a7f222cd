package lint

// CodeUnknown is the lint lint.code-unknown: a code is redeemed that was
// never issued.
var CodeUnknown = Lint{
	ID:       "lint.code-unknown",
	Title:    "A code is redeemed that was never issued",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 9700 section 4.5; RFC 6749 section 10.12",
	Advice:   "Check state before the code is used: whoever opens the callback may put anything into code.",
	Find: func(s *Subject, say Say) {
		issued := map[string]bool{}
		for _, e := range s.Entries {
			if e.Endpoint != "token" {
				issued[e.Got("code")] = true
			}
		}
		for _, e := range s.asked("token") {
			if h := e.Hash("code"); h != "" && s.Complete && !issued[h] {
				say(e, "no such code was given to anybody")
			}
		}
	},
}

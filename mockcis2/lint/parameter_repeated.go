package lint

// ParameterRepeated is the lint lint.parameter-repeated: a parameter is sent
// twice.
var ParameterRepeated = Lint{
	ID:       "lint.parameter-repeated",
	Title:    "A parameter is sent twice",
	Area:     Asking,
	Severity: Error,
	Source:   "RFC 6749 sections 3.1 and 3.2",
	Advice:   "Send each parameter once: which one counts differs between servers.",
	Find: func(s *Subject, say Say) {
		for _, e := range s.asked("authorize", "par", "token") {
			for name := range e.Query {
				if len(e.Query[name])+len(e.Form[name]) > 1 {
					say(e, "%s in query or form", name)
				}
			}
			for name, v := range e.Form {
				if !e.Query.Has(name) && len(v) > 1 {
					say(e, "%s in the form", name)
				}
			}
		}
	},
}

package fault

import "net/url"

// missingCode is the fault provider.missing-code: there is no code and no error.
var missingCode = Info{
	ID:     "provider.missing-code",
	Title:  "There is no code and no error",
	Why:    "A redirect was shortened.",
	Source: "RFC 6749 section 4.1.2",
	Owes:   refuse("refuse and say so"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.home(func(q url.Values) { q.Del("code") }) },
}

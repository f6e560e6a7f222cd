package fault

import "net/url"

// codeAndError is the fault provider.code-and-error: there is a code and an error.
var codeAndError = Info{
	ID:     "provider.code-and-error",
	Title:  "There is a code and an error",
	Why:    "A provider failed after it had made the code.",
	Source: "RFC 6749 section 4.1.2.1",
	Owes:   refuse("refuse: an error is an error"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.home(func(q url.Values) { q.Set("error", "server_error") }) },
}

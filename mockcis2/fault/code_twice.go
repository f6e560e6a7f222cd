package fault

import "net/url"

// codeTwice is the fault provider.code-twice: there are two codes.
var codeTwice = Info{
	ID:     "provider.code-twice",
	Title:  "There are two codes",
	Why:    "Parameters are doubled to get past a filter.",
	Source: "RFC 6749 section 3.1",
	Owes:   refuse("refuse: no parameter may be there twice"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.home(func(q url.Values) { q.Add("code", q.Get("code")) }) },
}

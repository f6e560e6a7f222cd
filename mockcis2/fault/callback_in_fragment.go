package fault

import "strings"

// callbackInFragment is the fault provider.callback-in-fragment: the code is behind # instead of ?.
var callbackInFragment = Info{
	ID:     "provider.callback-in-fragment",
	Title:  "The code is behind # instead of ?",
	Why:    "response_mode fragment is the default of other flows.",
	Source: "OAuth 2.0 Multiple Response Type Encoding Practices section 2.1",
	Owes:   refuse("refuse: no code reaches the server"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.move(strings.Replace(a.header.Get("Location"), "?", "#", 1)) },
}

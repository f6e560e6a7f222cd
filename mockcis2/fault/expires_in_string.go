package fault

// expiresInString is the fault provider.expires-in-string: expires_in is a string.
var expiresInString = Info{
	ID:     "provider.expires-in-string",
	Title:  "expires_in is a string",
	Why:    "Several large providers have sent one.",
	Source: "RFC 6749 section 5.1",
	Owes:   survive("read it as a number, or do without"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { m["expires_in"] = "3599" }) },
}

package fault

import "time"

// expiresInNanoseconds is the fault provider.expires-in-nanoseconds: expires_in counts nanoseconds.
var expiresInNanoseconds = Info{
	ID:     "provider.expires-in-nanoseconds",
	Title:  "expires_in counts nanoseconds",
	Why:    "A Go duration went into JSON as it is.",
	Source: "RFC 6749 section 5.1",
	Owes:   survive("accept it: a lifetime of a century is only odd"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { m["expires_in"] = 3599 * time.Second }) },
}

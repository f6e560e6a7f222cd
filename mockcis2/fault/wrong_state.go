package fault

import "net/url"

// wrongState is the fault provider.wrong-state: state is not the one that was sent.
var wrongState = Info{
	ID:     "provider.wrong-state",
	Title:  "state is not the one that was sent",
	Why:    "Somebody else's code is slipped into a browser.",
	Source: "RFC 6749 section 10.12",
	RPTest: "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails",
	Owes:   refuse("refuse before the code is used"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.home(func(q url.Values) { q.Set("state", "not-the-state-you-sent") }) },
}

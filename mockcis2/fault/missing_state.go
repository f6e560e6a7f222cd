package fault

import "net/url"

// missingState is the fault provider.missing-state: state is missing.
var missingState = Info{
	ID:     "provider.missing-state",
	Title:  "state is missing",
	Why:    "Somebody else's code is slipped into a browser.",
	Source: "RFC 6749 section 10.12",
	RPTest: "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails",
	Owes:   refuse("refuse before the code is used"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.home(func(q url.Values) { q.Del("state") }) },
}

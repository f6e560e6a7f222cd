package fault

import "time"

// invalidSHash is the fault provider.invalid-s-hash: s_hash is of another state.
var invalidSHash = Info{
	ID:    "provider.invalid-s-hash",
	Title: "s_hash is of another state",
	Why:   "Answers were mixed up (FAPI 1 part 2 section 5.2.2).",
	Owes:  either("refuse the ID token, if it looks"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		c["s_hash"] = "77QmUPtjPfzWtF2AnpK9RQ"
	},
}

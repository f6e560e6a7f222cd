package fault

import "time"

// InvalidCHash is the fault provider.invalid-c-hash: c_hash is of another code.
var InvalidCHash = Info{
	ID:     "provider.invalid-c-hash",
	Title:  "c_hash is of another code",
	Why:    "Answers were mixed up (OpenID Connect Core section 3.3.2.11).",
	MustDo: "refuse the ID token, if it looks",
	IDToken: func(c map[string]any, _ time.Time) {
		c["c_hash"] = "77QmUPtjPfzWtF2AnpK9RQ"
	},
}

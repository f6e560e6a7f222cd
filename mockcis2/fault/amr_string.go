package fault

import "time"

// AMRString is the fault provider.amr-string: amr is a string instead of a list.
var AMRString = Info{
	ID:     "provider.amr-string",
	Title:  "amr is a string instead of a list",
	Why:    "A single value was not wrapped (OpenID Connect Core section 2).",
	MustDo: "accept it, or refuse the ID token",
	IDToken: func(c map[string]any, _ time.Time) {
		c["amr"] = "CIS2_SMARTCARD"
	},
}

package fault

import "time"

// amrString is the fault provider.amr-string: amr is a string instead of a list.
var amrString = Info{
	ID:    "provider.amr-string",
	Title: "amr is a string instead of a list",
	Why:   "A single value was not wrapped (OpenID Connect Core section 2).",
	Owes:  either("accept it, or refuse the ID token"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		c["amr"] = "CIS2_SMARTCARD"
	},
}

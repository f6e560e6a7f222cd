package fault

import "time"

// subNotDigits is the fault provider.sub-not-digits: sub is not the holder's twelve digits.
var subNotDigits = Info{
	ID:    "provider.sub-not-digits",
	Title: "sub is not the holder's twelve digits",
	Why:   "Other realms use names.",
	Owes:  either("refuse the person"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		if sub, ok := c["sub"].(string); ok {
			c["sub"] = "urn:person:" + sub
		}
	},
}

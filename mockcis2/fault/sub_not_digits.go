package fault

import "time"

// SubNotDigits is the fault provider.sub-not-digits: sub is not the holder's twelve digits.
var SubNotDigits = Info{
	ID:     "provider.sub-not-digits",
	Title:  "sub is not the holder's twelve digits",
	Why:    "Other realms use names.",
	MustDo: "refuse the person",
	IDToken: func(c map[string]any, _ time.Time) {
		if sub, ok := c["sub"].(string); ok {
			c["sub"] = "urn:person:" + sub
		}
	},
}

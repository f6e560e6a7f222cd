package fault

import (
	"strconv"
	"time"
)

// numberSub is the fault provider.number-sub: sub is a number.
var numberSub = Info{
	ID:     "provider.number-sub",
	Title:  "sub is a number",
	Why:    "A UUID of CIS2 has twelve digits, and serialisers guess types.",
	Source: "OpenID Connect Core section 2",
	Owes:   refuse("refuse: sub is a string, and a number loses leading zeros"),
	At:     []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		if sub, ok := c["sub"].(string); ok {
			c["sub"], _ = strconv.ParseFloat(sub, 64)
		}
	},
}

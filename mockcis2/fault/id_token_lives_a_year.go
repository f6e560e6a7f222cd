package fault

import "time"

// IDTokenLivesAYear is the fault provider.id-token-lives-a-year: the ID token is good for a year.
var IDTokenLivesAYear = Info{
	ID:     "provider.id-token-lives-a-year",
	Title:  "The ID token is good for a year",
	Why:    "Somebody wanted his tests to pass for longer.",
	MustDo: "not rely on exp alone",
	IDToken: func(c map[string]any, _ time.Time) {
		if iat, ok := c["iat"].(int64); ok {
			c["exp"] = iat + 365*24*3600
		}
	},
}

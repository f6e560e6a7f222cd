package fault

import "time"

// idTokenLivesAYear is the fault provider.id-token-lives-a-year: the ID token is good for a year.
var idTokenLivesAYear = Info{
	ID:      "provider.id-token-lives-a-year",
	Title:   "The ID token is good for a year",
	Why:     "Somebody wanted his tests to pass for longer.",
	Owes:    either("not rely on exp alone"),
	At:      []string{Token},
	IDToken: func(c map[string]any, now time.Time) { c["exp"] = now.AddDate(1, 0, 0).Unix() },
}

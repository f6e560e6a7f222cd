package fault

import "time"

// wrongAcr is the fault provider.wrong-acr: the person signed in with a password.
var wrongAcr = Info{
	ID:     "provider.wrong-acr",
	Title:  "The person signed in with a password",
	Why:    "acr_values travels through the browser, and is only a wish.",
	Source: "OpenID Connect Core section 3.1.3.7, 12",
	Owes:   refuse("refuse: the way of signing in is not the one that was asked for"),
	At:     []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		c["acr"], c["amr"], c["authentication_assurance_level"] = "AAL1_USERPASS", []any{"pwd"}, "1"
	},
}

package fault

import "time"

// futureIat is the fault provider.future-iat: the ID token was issued in an hour.
var futureIat = Info{
	ID:      "provider.future-iat",
	Title:   "The ID token was issued in an hour",
	Why:     "A provider keeps local time, and summer came.",
	Source:  "OpenID Connect Core section 3.1.3.7, 10",
	Owes:    refuse("refuse: an hour is no drift"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { later(c, "iat", 3600); later(c, "exp", 3600) },
}

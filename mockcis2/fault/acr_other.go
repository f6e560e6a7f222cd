package fault

import "time"

// ACROther is the fault provider.acr-other: acr is another value than the one that was asked for.
var ACROther = Info{
	ID:     "provider.acr-other",
	Title:  "acr is another value than the one that was asked for",
	Why:    "A provider says what it did instead of what was asked.",
	MustDo: "refuse, if that level is not enough",
	IDToken: func(c map[string]any, _ time.Time) {
		c["acr"] = "AAL3_FIDO2"
	},
}

package fault

import "time"

// forgerockMissing is the fault provider.forgerock-missing: the ID token has no claims beyond the standard.
var forgerockMissing = Info{
	ID:    "provider.forgerock-missing",
	Title: "The ID token has no claims beyond the standard",
	Why:   "The platform under CIS2 may be replaced.",
	Owes:  survive("need only what is documented"),
	At:    []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		for _, name := range []string{"auditTrackingId", "tokenName", "tokenType", "realm", "org.forgerock.openidconnect.ops", "subname", "s_hash", "c_hash", "sid"} {
			delete(c, name)
		}
	},
}

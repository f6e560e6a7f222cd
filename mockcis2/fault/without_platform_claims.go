package fault

import "time"

// WithoutPlatformClaims is the fault provider.without-platform-claims: the ID token lacks the claims of CIS2's platform.
var WithoutPlatformClaims = Info{
	ID:     "provider.without-platform-claims",
	Title:  "The ID token lacks the claims of CIS2's platform",
	Why:    "Other platforms do not have them.",
	MustDo: "not need them",
	IDToken: func(c map[string]any, _ time.Time) {
		for _, name := range []string{"auditTrackingId", "tokenName", "tokenType", "realm", "org.forgerock.openidconnect.ops", "subname"} {
			delete(c, name)
		}
	},
}

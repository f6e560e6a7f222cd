package fault

import "time"

// otherRealm is the fault provider.other-realm: realm is the one of the development environment.
var otherRealm = Info{
	ID:      "provider.other-realm",
	Title:   "realm is the one of the development environment",
	Why:     "Realms differ between environments of CIS2: /oidc and /NHSIdentity/Healthcare.",
	Owes:    survive("ignore it: iss says who issued"),
	At:      []string{Token},
	IDToken: func(c map[string]any, _ time.Time) { c["realm"] = "/oidc" },
}

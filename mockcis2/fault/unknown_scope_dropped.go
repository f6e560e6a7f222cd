package fault

import "strings"

// unknownScopeDropped is the fault provider.unknown-scope-dropped: an unknown scope is dropped in silence.
var unknownScopeDropped = Info{
	ID:    "provider.unknown-scope-dropped",
	Title: "An unknown scope is dropped in silence",
	Why:   "RFC 6749 section 3.3 lets a provider do so, if it says what it granted.",
	Owes:  noticed("look at scope in the token answer"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		var known []string
		for _, s := range strings.Fields(x.Form.Get("scope")) {
			if !strings.HasPrefix(s, "unknown") && s != "offline_access" { // which CIS2 does not have
				known = append(known, s)
			}
		}
		x.Form.Set("scope", strings.Join(known, " "))
	},
}

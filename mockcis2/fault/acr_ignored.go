package fault

import "strings"

// acrIgnored is the fault provider.acr-ignored: acr_values that nobody knows are ignored.
var acrIgnored = Info{
	ID:    "provider.acr-ignored",
	Title: "acr_values that nobody knows are ignored",
	Why:   "OpenID Connect makes acr_values a voluntary wish.",
	Owes:  noticed("look at acr in the ID token"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if !strings.HasPrefix(x.Form.Get("acr_values"), "AAL") {
			x.Form.Del("acr_values")
		}
	},
}

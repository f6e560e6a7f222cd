package fault

import "strings"

// dpopSchemeCase is the fault provider.dpop-scheme-case: the scheme DPoP is known in one spelling only.
var dpopSchemeCase = Info{
	ID:    "provider.dpop-scheme-case",
	Title: "The scheme DPoP is known in one spelling only",
	Why:   "It is compared as a string, capitals and all.",
	Mode:  "extended",
	Owes:  noticed("spell it DPoP"),
	At:    []string{UserInfo},
	In: func(x *Exchange) {
		if scheme, _, _ := strings.Cut(x.Request.Header.Get("Authorization"), " "); scheme != "DPoP" && strings.EqualFold(scheme, "DPoP") {
			x.Request.Header.Del("Authorization")
		}
	},
}

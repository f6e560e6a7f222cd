package fault

import "strings"

// OpenIDScopeAssumed is the fault provider.openid-scope-assumed: the scope openid is taken for granted.
var OpenIDScopeAssumed = Info{
	ID:     "provider.openid-scope-assumed",
	Title:  "The scope openid is taken for granted",
	Why:    "The provider knows nothing but OpenID Connect.",
	MustDo: "nothing; a provider check must notice (OpenID Connect Core section 3.1.2.1)",
	In: func(x *Exchange) {
		if x.Endpoint == "/authorize" {
			if !strings.Contains(x.Form.Get("scope"), "openid") {
				x.Form.Set("scope", "openid "+x.Form.Get("scope"))
			}
		}
	},
}

package fault

import "strings"

// openIDScopeAssumed is the fault provider.openid-scope-assumed: the scope openid is taken for granted.
var openIDScopeAssumed = Info{
	ID:    "provider.openid-scope-assumed",
	Title: "The scope openid is taken for granted",
	Why:   "The provider knows nothing but OpenID Connect.",
	Owes:  lax("OpenID Connect Core section 3.1.2.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if !strings.Contains(x.Form.Get("scope"), "openid") {
			x.Form.Set("scope", "openid "+x.Form.Get("scope"))
		}
	},
}

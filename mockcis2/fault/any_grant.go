package fault

import "net/http"

// anyGrant is the fault provider.any-grant: every grant_type gets a token.
var anyGrant = Info{
	ID:    "provider.any-grant",
	Title: "Every grant_type gets a token",
	Why:   "Popular mocks answer anything with a token.",
	Owes:  lax("RFC 9700 section 2.4"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		if g := x.Form.Get("grant_type"); g != "authorization_code" {
			x.Say(http.StatusOK, map[string]any{"access_token": "for-anybody", "token_type": "Bearer", "expires_in": 3599})
		}
	},
}

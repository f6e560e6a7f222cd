package fault

import "net/http"

// tokenByGet is the fault provider.token-by-get: the token endpoint answers GET.
var tokenByGet = Info{
	ID:    "provider.token-by-get",
	Title: "The token endpoint answers GET",
	Why:   "A router does not look at the method; codes and secrets get into logs.",
	Owes:  lax("RFC 6749 section 3.2"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		if x.Request.Method == http.MethodGet {
			x.Say(http.StatusOK, map[string]any{"access_token": "by-get", "token_type": "Bearer"})
		}
	},
}

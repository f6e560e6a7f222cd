package fault

import "net/http"

// userInfoGetOnly is the fault provider.userinfo-get-only: userinfo does not take POST.
var userInfoGetOnly = Info{
	ID:    "provider.userinfo-get-only",
	Title: "Userinfo does not take POST",
	Why:   "A router lists GET only (OpenID Connect Core section 5.3.1).",
	Owes:  noticed("send GET"),
	At:    []string{UserInfo},
	Out: func(x *Exchange) {
		if x.Request.Method == http.MethodPost {
			x.Say(http.StatusMethodNotAllowed, map[string]any{"error": "invalid_request"})
		}
	},
}

package fault

import "net/http"

// logoutRedirectUnchecked is the fault provider.logout-redirect-unchecked: after signing out the browser goes wherever it was told.
var logoutRedirectUnchecked = Info{
	ID:    "provider.logout-redirect-unchecked",
	Title: "After signing out the browser goes wherever it was told",
	Why:   "An open redirector (RFC 9700 section 4.11).",
	Owes:  lax("OpenID Connect RP-Initiated Logout section 3"),
	At:    []string{Logout},
	Out: func(x *Exchange) {
		if to := x.Form.Get("post_logout_redirect_uri"); to != "" && x.Status >= 400 {
			x.Status = http.StatusOK
		}
	},
}

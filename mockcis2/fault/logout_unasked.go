package fault

import "net/http"

// logoutUnasked is the fault provider.logout-unasked: anybody can sign a person out with a link.
var logoutUnasked = Info{
	ID:    "provider.logout-unasked",
	Title: "Anybody can sign a person out with a link",
	Why:   "Providers skip the question (OpenID Connect RP-Initiated Logout section 6).",
	Owes:  lax("OpenID Connect RP-Initiated Logout section 6"),
	At:    []string{Logout},
	Out: func(x *Exchange) {
		if to := x.Form.Get("post_logout_redirect_uri"); x.Form.Get("id_token_hint") == "" && to != "" {
			x.Status = http.StatusSeeOther
			x.Header.Set("Location", to+"?state="+x.Form.Get("state"))
		}
	},
}

package fault

import "net/http"

// userInfoErrors200 is the fault provider.userinfo-errors-200: errors of userinfo have the status 200.
var userInfoErrors200 = Info{
	ID:    "provider.userinfo-errors-200",
	Title: "Errors of userinfo have the status 200",
	Why:   "A framework puts errors into its envelope.",
	Owes:  noticed("look for sub and refuse"),
	At:    []string{UserInfo},
	Out: func(x *Exchange) {
		if x.Status >= 400 {
			x.Status = http.StatusOK
		}
	},
}

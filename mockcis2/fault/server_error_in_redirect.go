package fault

import "net/url"

// serverErrorInRedirect is the fault provider.server-error-in-redirect: the provider gives up after the person signed in.
var serverErrorInRedirect = Info{
	ID:     "provider.server-error-in-redirect",
	Title:  "The provider gives up after the person signed in",
	Why:    "Sessions are lost when a node restarts.",
	Source: "RFC 6749 section 4.1.2.1",
	Owes:   refuse("say that signing in failed; start no loop"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) {
		a.home(func(q url.Values) {
			q.Del("code")
			q.Set("error", "server_error")
			q.Set("error_description", "out of order on request")
		})
	},
}

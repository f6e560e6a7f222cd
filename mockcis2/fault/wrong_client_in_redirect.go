package fault

import "net/url"

// wrongClientInRedirect is the fault provider.wrong-client-in-redirect: client_id in the redirect is another's.
var wrongClientInRedirect = Info{
	ID:     "provider.wrong-client-in-redirect",
	Title:  "client_id in the redirect is another's",
	Why:    "CIS2 repeats client_id there; a mix-up shows in it.",
	Source: "draft-ietf-oauth-mix-up-mitigation section 3",
	Owes:   refuse("refuse: the answer is for another client"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) {
		a.home(func(q url.Values) { q.Set("client_id", "somebody-else.apps.national") })
	},
}

package fault

import "net/url"

// issuerInRedirectWithoutPort is the fault provider.issuer-in-redirect-without-port: iss in the redirect lacks the port.
var issuerInRedirectWithoutPort = Info{
	ID:     "provider.issuer-in-redirect-without-port",
	Title:  "iss in the redirect lacks the port",
	Why:    "CIS2 has an explicit :443 there, and libraries drop it.",
	Source: "RFC 9207 section 2.4",
	Owes:   refuse("refuse: issuers are compared as strings"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.home(func(q url.Values) { q.Set("iss", withoutPort(q.Get("iss"))) }) },
}

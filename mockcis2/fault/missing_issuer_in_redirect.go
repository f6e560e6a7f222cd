package fault

import "net/url"

// missingIssuerInRedirect is the fault provider.missing-issuer-in-redirect: iss is missing although discovery promises it.
var missingIssuerInRedirect = Info{
	ID:     "provider.missing-issuer-in-redirect",
	Title:  "iss is missing although discovery promises it",
	Why:    "A mix-up attack takes it away.",
	Source: "RFC 9207 section 2.4",
	RPTest: "fapi2-security-profile-final-client-test-remove-authorization-response-iss",
	Owes:   refuse("refuse: the answer may be of another provider"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) { a.home(func(q url.Values) { q.Del("iss") }) },
}

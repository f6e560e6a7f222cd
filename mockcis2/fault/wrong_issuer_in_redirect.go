package fault

import "net/url"

// WrongIssuerInRedirect is the fault provider.wrong-issuer-in-redirect: iss in the redirect is another issuer.
var WrongIssuerInRedirect = Info{
	ID:     "provider.wrong-issuer-in-redirect",
	Title:  "iss in the redirect is another issuer",
	Why:    "A mix-up attack sends one provider's code to another.",
	Source: "RFC 9207 section 2.4",
	RPTest: "fapi2-security-profile-final-client-test-invalid-authorization-response-iss",
	Owes:   refuse("refuse before the code is used"),
	At:     []string{Callback},
	Answer: func(_ *Call, a *Answer) {
		a.home(func(q url.Values) { q.Set("iss", "https://am.elsewhere.test/openam/oauth2") })
	},
}

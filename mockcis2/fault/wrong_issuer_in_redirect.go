package fault

// WrongIssuerInRedirect is the fault provider.wrong-issuer-in-redirect: the redirect names another issuer.
var WrongIssuerInRedirect = Info{
	ID:     "provider.wrong-issuer-in-redirect",
	Title:  "The redirect names another issuer",
	Why:    "The mix-up attack of RFC 9207.",
	MustDo: "refuse the code before spending it",
}

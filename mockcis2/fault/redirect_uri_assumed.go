package fault

// redirectURIAssumed is the fault provider.redirect-uri-assumed: a request without redirect_uri goes to the registered one.
var redirectURIAssumed = Info{
	ID:    "provider.redirect-uri-assumed",
	Title: "A request without redirect_uri goes to the registered one",
	Why:   "OAuth 2.0 allows it where only one is registered; OpenID Connect does not.",
	Owes:  lax("OpenID Connect Core section 3.1.2.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if x.Form.Get("redirect_uri") == "" {
			x.Form.Set("redirect_uri", "http://127.0.0.1/callback")
		}
	},
}

package fault

// requestObjectIgnored is the fault provider.request-object-ignored: request objects are ignored instead of refused.
var requestObjectIgnored = Info{
	ID:    "provider.request-object-ignored",
	Title: "Request objects are ignored instead of refused",
	Why:   "The provider does not know the parameters.",
	Owes:  lax("OpenID Connect Core section 6.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		x.Form.Del("request")
		x.Form.Del("request_uri")
	},
}

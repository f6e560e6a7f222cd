package fault

// twoMethodsAccepted is the fault provider.two-methods-accepted: two ways of client authentication in one request are accepted.
var twoMethodsAccepted = Info{
	ID:    "provider.two-methods-accepted",
	Title: "Two ways of client authentication in one request are accepted",
	Why:   "The first one found is used.",
	Owes:  lax("RFC 6749 section 2.3"),
	At:    []string{Token},
	In: func(x *Exchange) {
		if _, _, basic := x.Request.BasicAuth(); basic {
			x.Form.Del("client_secret")
		}
	},
}

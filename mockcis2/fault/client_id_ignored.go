package fault

// clientIDIgnored is the fault provider.client-id-ignored: client_id beside Basic credentials is ignored.
var clientIDIgnored = Info{
	ID:    "provider.client-id-ignored",
	Title: "client_id beside Basic credentials is ignored",
	Why:   "Only the header is read.",
	Owes:  lax("RFC 6749 section 3.2.1"),
	At:    []string{Token},
	In: func(x *Exchange) {
		if _, _, basic := x.Request.BasicAuth(); basic {
			x.Form.Del("client_id")
		}
	},
}

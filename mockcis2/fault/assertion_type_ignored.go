package fault

// assertionTypeIgnored is the fault provider.assertion-type-ignored: client_assertion_type is not looked at.
var assertionTypeIgnored = Info{
	ID:    "provider.assertion-type-ignored",
	Title: "client_assertion_type is not looked at",
	Why:   "There is only one that anybody uses.",
	Owes:  lax("RFC 7521 section 4.2"),
	At:    []string{Token},
	In: func(x *Exchange) {
		if x.Form.Has("client_assertion") {
			x.Form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		}
	},
}

package fault

// repeatedParameterAccepted is the fault provider.repeated-parameter-accepted: a parameter that comes twice is taken once.
var repeatedParameterAccepted = Info{
	ID:    "provider.repeated-parameter-accepted",
	Title: "A parameter that comes twice is taken once",
	Why:   "Most form parsers do that by themselves.",
	Owes:  lax("RFC 6749 section 3.1"),
	At:    []string{Authorize, Token, UserInfo, Login, Role, Complete, Abandon, Logout, PAR, Introspect, Revoke},
	In: func(x *Exchange) {
		for name, values := range x.Form {
			x.Form[name] = values[:1]
		}
	},
}

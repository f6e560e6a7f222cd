package fault

// RepeatedParameterAccepted is the fault provider.repeated-parameter-accepted: a parameter that comes twice is taken once.
var RepeatedParameterAccepted = Info{
	ID:     "provider.repeated-parameter-accepted",
	Title:  "A parameter that comes twice is taken once",
	Why:    "Most form parsers do that by themselves.",
	MustDo: "nothing; a provider check must notice (RFC 6749 section 3.1)",
	In: func(x *Exchange) {
		for name, values := range x.Form {
			x.Form[name] = values[:1]
		}
	},
}

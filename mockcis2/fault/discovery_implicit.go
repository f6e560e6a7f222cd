package fault

// discoveryImplicit is the fault provider.discovery-implicit: discovery announces the implicit flow.
var discoveryImplicit = Info{
	ID:    "provider.discovery-implicit",
	Title: "Discovery announces the implicit flow",
	Why:   "Platforms announce all that they could do, not what this realm allows.",
	Owes:  noticed("use code all the same"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { d["response_types_supported"] = []string{"code", "token", "id_token token"} })
	},
}

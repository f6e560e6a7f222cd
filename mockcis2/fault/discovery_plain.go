package fault

// discoveryPlain is the fault provider.discovery-plain: discovery announces the challenge method plain.
var discoveryPlain = Info{
	ID:    "provider.discovery-plain",
	Title: "Discovery announces the challenge method plain",
	Why:   "Old providers list both methods.",
	Owes:  noticed("use S256 all the same"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { d["code_challenge_methods_supported"] = []string{"plain", "S256"} })
	},
}

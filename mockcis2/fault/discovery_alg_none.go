package fault

// discoveryAlgNone is the fault provider.discovery-alg-none: discovery announces ID tokens without a signature.
var discoveryAlgNone = Info{
	ID:    "provider.discovery-alg-none",
	Title: "Discovery announces ID tokens without a signature",
	Why:   "ForgeRock and others once listed none.",
	Owes:  noticed("insist on RS256 all the same"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { d["id_token_signing_alg_values_supported"] = []string{"RS256", "none"} })
	},
}

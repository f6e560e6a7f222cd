package fault

// discoveryWithoutRS512 is the fault provider.discovery-without-rs512: discovery does not announce RS512 for client assertions.
var discoveryWithoutRS512 = Info{
	ID:    "provider.discovery-without-rs512",
	Title: "Discovery does not announce RS512 for client assertions",
	Why:   "A list was written before the Connection Manager offered RS512.",
	Owes:  noticed("do as registered"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { d["token_endpoint_auth_signing_alg_values_supported"] = []string{"RS256"} })
	},
}

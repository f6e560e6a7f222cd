package fault

// discoveryWithoutIssParameter is the fault provider.discovery-without-iss-parameter: discovery does not announce iss on the redirect.
var discoveryWithoutIssParameter = Info{
	ID:    "provider.discovery-without-iss-parameter",
	Title: "Discovery does not announce iss on the redirect",
	Why:   "Providers send iss without saying so; clients then do not insist on it.",
	Owes:  noticed("check iss where it comes all the same"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { delete(d, "authorization_response_iss_parameter_supported") })
	},
}

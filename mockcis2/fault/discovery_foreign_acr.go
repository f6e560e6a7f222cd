package fault

// discoveryForeignACR is the fault provider.discovery-foreign-acr: discovery announces an acr value that CIS2 does not have.
var discoveryForeignACR = Info{
	ID:    "provider.discovery-foreign-acr",
	Title: "Discovery announces an acr value that CIS2 does not have",
	Why:   "Default values of the platform were left in.",
	Owes:  noticed("ask for the values of the documentation"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			d["acr_values_supported"] = []string{"AAL3_ANY", "urn:mace:incommon:iap:silver"}
		})
	},
}

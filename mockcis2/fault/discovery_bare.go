package fault

// discoveryBare is the fault provider.discovery-bare: discovery does not name what the provider has beyond CIS2.
var discoveryBare = Info{
	ID:    "provider.discovery-bare",
	Title: "Discovery does not name what the provider has beyond CIS2",
	Why:   "The document is written by hand and was forgotten.",
	Mode:  "extended",
	Owes:  noticed("do without what is not announced"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			for _, name := range []string{"pushed_authorization_request_endpoint", "require_pushed_authorization_requests", "dpop_signing_alg_values_supported"} {
				delete(d, name)
			}
			d["response_modes_supported"], d["grant_types_supported"] = []string{"query"}, []string{"authorization_code"}
		})
	},
}

package fault

// discoveryExtras is the fault provider.discovery-extras: discovery has members nobody knows, of any type.
var discoveryExtras = Info{
	ID:     "provider.discovery-extras",
	Title:  "Discovery has members nobody knows, of any type",
	Why:    "Every product adds its own.",
	Source: "OpenID Connect Discovery section 3",
	Owes:   survive("ignore them"),
	At:     []string{Discovery},
	Answer: func(_ *Call, a *Answer) {
		a.edit(func(m map[string]any) {
			m["mtls_endpoint_aliases"], m["rcsVersion"], m["claims_supported"] = map[string]any{}, 7, nil
		})
	},
}

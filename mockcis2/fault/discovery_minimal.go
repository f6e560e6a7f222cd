package fault

import "slices"

// discoveryMinimal is the fault provider.discovery-minimal: discovery says only what it must.
var discoveryMinimal = Info{
	ID:     "provider.discovery-minimal",
	Title:  "Discovery says only what it must",
	Why:    "Most members are optional.",
	Source: "OpenID Connect Discovery section 3",
	Owes:   survive("do without"),
	At:     []string{Discovery},
	Answer: func(_ *Call, a *Answer) {
		a.edit(func(m map[string]any) {
			for name := range m {
				if !slices.Contains(required, name) {
					delete(m, name)
				}
			}
		})
	},
}

// required are the members that a provider of the code flow must publish.
var required = []string{"issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
	"response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"}

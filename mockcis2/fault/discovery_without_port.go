package fault

// discoveryWithoutPort is the fault provider.discovery-without-port: discovery names the issuer without its port.
var discoveryWithoutPort = Info{
	ID:     "provider.discovery-without-port",
	Title:  "Discovery names the issuer without its port",
	Why:    "CIS2 has an explicit :443 in its issuer, and documentation leaves it out.",
	Source: "OpenID Connect Discovery section 4.3",
	Owes:   refuse("refuse: the issuer must be the one that was asked for, exactly"),
	At:     []string{Discovery},
	Answer: func(_ *Call, a *Answer) {
		a.edit(func(m map[string]any) {
			if iss, ok := m["issuer"].(string); ok {
				m["issuer"] = withoutPort(iss)
			}
		})
	},
}

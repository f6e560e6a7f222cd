package fault

// discoveryHs256 is the fault provider.discovery-hs256: discovery offers HS256 and none beside RS256.
var discoveryHs256 = Info{
	ID:     "provider.discovery-hs256",
	Title:  "Discovery offers HS256 and none beside RS256",
	Why:    "Discovery of CIS2 lists HS256; none is in defaults.",
	Source: "RFC 8725 section 3.1",
	Owes:   survive("keep to RS256"),
	At:     []string{Discovery},
	Answer: func(_ *Call, a *Answer) {
		a.edit(func(m map[string]any) { m["id_token_signing_alg_values_supported"] = []any{"none", "HS256", "RS256"} })
	},
}

package fault

// KidTwice is the fault provider.kid-twice: two keys of the key set have the same kid.
var KidTwice = Info{
	ID:     "provider.kid-twice",
	Title:  "Two keys of the key set have the same kid",
	Why:    "A rotation kept the name (RFC 7517 section 4.5).",
	MustDo: "try both keys",
	Out: func(x *Exchange) {
		if x.Endpoint == "/connect/jwk_uri" {
			x.JSON(func(d map[string]any) {
				if keys, ok := d["keys"].([]any); ok {
					d["keys"] = append(keys, keys[0])
				}
			})
		}
	},
}

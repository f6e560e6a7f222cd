package fault

// AccessTokenOpaque is the fault provider.access-token-opaque: the access token is no JWT.
var AccessTokenOpaque = Info{
	ID:     "provider.access-token-opaque",
	Title:  "The access token is no JWT",
	Why:    "Most providers' tokens are opaque; CIS2's are not.",
	MustDo: "not read access tokens",
	Out: func(x *Exchange) {
		if x.Endpoint == "/access_token" {
			x.JSON(func(d map[string]any) {
				if d["access_token"] != nil {
					d["access_token"] = "opaque"
				}
			})
		}
	},
}

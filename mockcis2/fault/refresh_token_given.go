package fault

// RefreshTokenGiven is the fault provider.refresh-token-given: the token answer has a refresh token.
var RefreshTokenGiven = Info{
	ID:     "provider.refresh-token-given",
	Title:  "The token answer has a refresh token",
	Why:    "Mocks give one; CIS2 does not, and applications come to rely on it.",
	MustDo: "not need it",
	Out: func(x *Exchange) {
		if x.Endpoint == "/access_token" {
			x.JSON(func(d map[string]any) {
				if d["access_token"] != nil {
					d["refresh_token"] = "of-no-use"
				}
			})
		}
	},
}

package fault

// refreshTokenGiven is the fault provider.refresh-token-given: the token answer has a refresh token.
var refreshTokenGiven = Info{
	ID:    "provider.refresh-token-given",
	Title: "The token answer has a refresh token",
	Why:   "Mocks give one; CIS2 does not, and applications come to rely on it.",
	Owes:  noticed("not need it"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			if d["access_token"] != nil {
				d["refresh_token"] = "of-no-use"
			}
		})
	},
}

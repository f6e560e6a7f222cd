package fault

// tokenWithoutNonce is the fault provider.token-without-nonce: the token answer lacks the nonce that CIS2 puts beside the tokens.
var tokenWithoutNonce = Info{
	ID:    "provider.token-without-nonce",
	Title: "The token answer lacks the nonce that CIS2 puts beside the tokens",
	Why:   "It is an extra of the platform.",
	Owes:  noticed("not need it"),
	Out: func(x *Exchange) {
		if x.Endpoint == "/access_token" {
			x.JSON(func(d map[string]any) { delete(d, "nonce") })
		}
	},
}

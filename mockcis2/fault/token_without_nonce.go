package fault

// tokenWithoutNonce is the fault provider.token-without-nonce: the token answer lacks the nonce that CIS2 puts beside the tokens.
var tokenWithoutNonce = Info{
	ID:    "provider.token-without-nonce",
	Title: "The token answer lacks the nonce that CIS2 puts beside the tokens",
	Why:   "It is an extra of the platform.",
	Owes:  noticed("not need it"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { delete(d, "nonce") })
	},
}

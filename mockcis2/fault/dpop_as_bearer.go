package fault

// dpopAsBearer is the fault provider.dpop-as-bearer: the token type of a bound token is Bearer.
var dpopAsBearer = Info{
	ID:    "provider.dpop-as-bearer",
	Title: "The token type of a bound token is Bearer",
	Why:   "The type is a constant of the library.",
	Mode:  "extended",
	Owes:  lax("RFC 9449 section 5"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			if d["token_type"] == "DPoP" {
				d["token_type"] = "Bearer"
			}
		})
	},
}

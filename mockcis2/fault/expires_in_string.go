package fault

// ExpiresInString is the fault provider.expires-in-string: expires_in is a string.
var ExpiresInString = Info{
	ID:     "provider.expires-in-string",
	Title:  "expires_in is a string",
	Why:    "Templates put quotes around everything.",
	MustDo: "accept it, or refuse the answer",
	Out: func(x *Exchange) {
		if x.Endpoint == "/access_token" {
			x.JSON(func(d map[string]any) {
				if d["expires_in"] != nil {
					d["expires_in"] = "3599"
				}
			})
		}
	},
}

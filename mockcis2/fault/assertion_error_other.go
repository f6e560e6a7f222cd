package fault

// assertionErrorOther is the fault provider.assertion-error-other: a bad client assertion is answered without the words JWT is not valid.
var assertionErrorOther = Info{
	ID:    "provider.assertion-error-other",
	Title: "A bad client assertion is answered without the words JWT is not valid",
	Why:   "Other platforms say it otherwise.",
	Owes:  noticed("go by the error code"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			if d["error"] == "invalid_client" {
				d["error_description"] = "Client authentication failed"
			}
		})
	},
}

package fault

// acrDefaultOther is the fault provider.acr-default-other: without acr_values another level than AAL3_ANY is served.
var acrDefaultOther = Info{
	ID:    "provider.acr-default-other",
	Title: "Without acr_values another level than AAL3_ANY is served",
	Why:   "A realm's default was changed.",
	Owes:  noticed("ask for what it needs"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if x.Form.Get("acr_values") == "" {
			x.Form.Set("acr_values", "AAL3_SMARTCARD")
		}
	},
}

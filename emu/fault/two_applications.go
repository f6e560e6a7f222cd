package fault

// twoApplications carries the other series' application as well.
var twoApplications = Fault{
	Info: Info{
		ID:    "card.two-applications",
		Title: "the application of the other series is on the card too",
		Why:   "One Java Card can hold AuthentIC and PIV, as dual CAC and PIV cards hold both (OpenSC #1811): each name selects, and only the answer to reset says which series it is.",
		Owes:  nothing("with the application its answer to reset names"),
	},
	Make: func(b *Blank) {
		b.Second = map[string]string{"authentic": "piv", "piv": "authentic"}[b.Applet]
	},
}

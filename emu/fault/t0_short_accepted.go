package fault

// t0ShortAccepted makes do with what came.
var t0ShortAccepted = Fault{
	Info: Info{
		ID:       "card.t0-short-accepted",
		Title:    "a T=0 frame with fewer bytes than P3 says is taken as it is",
		Why:      "Virtual readers pass such frames; a real card would wait for the rest.",
		Owes:     nothing("as its frames have the right length"),
		Protocol: "T=0",
	},
	Wire: takenShort,
}

package fault

// readerMute stops answering and stays plugged in.
var readerMute = Fault{
	Info: Info{
		ID:     "reader.mute",
		Title:  "the reader stops answering at the n-th command",
		Why:    "A reader that hangs, as some do after sleep: a run with it is inconclusive.",
		Params: []Param{nth(3, "command")},
		Owes:   Owes{Text: "the bench is broken: a run with it is inconclusive"},
		Bench:  true,
	},
	With: func(f *Fault, v Values) { f.Wire = from(v["n"], ErrMute) },
}

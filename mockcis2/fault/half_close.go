package fault

// halfClose is the fault provider.half-close: an answer ends in the middle of its body.
var halfClose = Info{
	ID:     "provider.half-close",
	Title:  "An answer ends in the middle of its body",
	Why:    "A proxy restarts.",
	Source: "RFC 9112 section 8",
	Params: []Param{endpoint},
	Owes:   refuse("refuse: half an answer is none"),
	At:     anywhere,
	Answer: func(_ *Call, a *Answer) { a.cut = true },
}

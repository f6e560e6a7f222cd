package pcsc

// exclusiveGiven is the fault reader.pcsc-exclusive-given.
var exclusiveGiven = Fault{
	ID:    "reader.pcsc-exclusive-given",
	Title: "a card that others have is given out exclusively",
	Why:   "Redirected readers, where each session counts for itself.",
	Break: func(w *Wrong) { w.ExclusiveGiven = true },
}

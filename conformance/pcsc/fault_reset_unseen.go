package pcsc

// resetUnseen is the fault reader.pcsc-reset-unseen.
var resetUnseen = Fault{
	ID:    "reader.pcsc-reset-unseen",
	Title: "nobody is told that another program reset the card",
	Why:   "They go on with an application that is selected no more.",
	Break: func(w *Wrong) { w.ResetUnseen = true },
}

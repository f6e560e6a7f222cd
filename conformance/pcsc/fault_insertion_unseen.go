package pcsc

// insertionUnseen is the fault reader.pcsc-insertion-unseen.
var insertionUnseen = Fault{
	ID:    "reader.pcsc-insertion-unseen",
	Title: "a wait does not end when a card goes in",
	Why:   "Readers whose interrupt endpoint is asleep.",
	Break: func(w *Wrong) { w.InsertionUnseen = true },
}

package pcsc

// removalUnseen is the fault reader.pcsc-removal-unseen.
var removalUnseen = Fault{
	ID:    "reader.pcsc-removal-unseen",
	Title: "a wait does not end when the card goes out",
	Why:   "The same at the other end.",
	Break: func(w *Wrong) { w.RemovalUnseen = true },
}

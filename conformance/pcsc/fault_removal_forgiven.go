package pcsc

// removalForgiven is the fault reader.pcsc-removal-forgiven.
var removalForgiven = Fault{
	ID:    "reader.pcsc-removal-forgiven",
	Title: "a connection goes on with the next card put in",
	Why:   "A program would go on with another person’s card.",
	Break: func(w *Wrong) { w.RemovalForgiven = true },
}

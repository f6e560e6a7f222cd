package pcsc

// exclusiveIgnored is the fault reader.pcsc-exclusive-ignored.
var exclusiveIgnored = Fault{
	ID:    "reader.pcsc-exclusive-ignored",
	Title: "a card that somebody has exclusively is given to others",
	Why:   "The same seen from the other side.",
	Break: func(w *Wrong) { w.ExclusiveIgnored = true },
}

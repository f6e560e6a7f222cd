package pcsc

// unpowerUnseen is the fault reader.pcsc-unpower-unseen.
var unpowerUnseen = Fault{
	ID:    "reader.pcsc-unpower-unseen",
	Title: "nobody is told that another program took the card’s power",
	Why:   "The same for a cold reset.",
	Break: func(w *Wrong) { w.UnpowerUnseen = true },
}

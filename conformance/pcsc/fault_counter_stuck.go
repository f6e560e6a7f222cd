package pcsc

// counterStuck is the fault reader.pcsc-counter-stuck.
var counterStuck = Fault{
	ID:    "reader.pcsc-counter-stuck",
	Title: "the counter of cards gone in and out stays",
	Why:   "A program that looks too late then believes that the same card is still there.",
	Break: func(w *Wrong) { w.CounterStuck = true },
}

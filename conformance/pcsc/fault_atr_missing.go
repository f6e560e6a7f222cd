package pcsc

// atrMissing is the fault reader.pcsc-atr-missing.
var atrMissing = Fault{
	ID:    "reader.pcsc-atr-missing",
	Title: "the state of a reader with a card has no ATR",
	Why:   "Drivers that power the card only when somebody connects.",
	Break: func(w *Wrong) { w.ATRMissing = true },
}

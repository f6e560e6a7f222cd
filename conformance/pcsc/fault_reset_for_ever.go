package pcsc

// resetForEver is the fault reader.pcsc-reset-for-ever.
var resetForEver = Fault{
	ID:    "reader.pcsc-reset-for-ever",
	Title: "after a reset by others no reconnection helps",
	Why:   "pcsc-lite contexts that outlive the daemon are like that.",
	Break: func(w *Wrong) { w.ResetForEver = true },
}

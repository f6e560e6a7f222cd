package pcsc

// exclusiveKept is the fault reader.pcsc-exclusive-kept.
var exclusiveKept = Fault{
	ID:    "reader.pcsc-exclusive-kept",
	Title: "exclusive use goes on after disconnecting",
	Why:   "A service that cleans up only when the program ends.",
	Break: func(w *Wrong) { w.ExclusiveKept = true },
}

package pcsc

// anyProtocol is the fault reader.pcsc-any-protocol.
var anyProtocol = Fault{
	ID:    "reader.pcsc-any-protocol",
	Title: "a protocol that the card does not speak is agreed on",
	Why:   "Shims that do not look.",
	Break: func(w *Wrong) { w.AnyProtocol = true },
}

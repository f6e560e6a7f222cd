package pcsc

// protocolOther is the fault reader.pcsc-protocol-other.
var protocolOther = Fault{
	ID:    "reader.pcsc-protocol-other",
	Title: "the protocol that is told is not the one that is spoken",
	Why:   "A reader that negotiates by itself.",
	Break: func(w *Wrong) { w.ProtocolOther = true },
}

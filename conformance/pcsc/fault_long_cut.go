package pcsc

// longCut is the fault reader.pcsc-long-cut.
var longCut = Fault{
	ID:    "reader.pcsc-long-cut",
	Title: "of an answer with more than 256 bytes of data the rest is lost",
	Why:   "A reader at short APDU level has room for no more: dwMaxCCIDMessageLength is 271 in 425 of 691 descriptors.",
	Break: func(w *Wrong) { w.LongCut = true },
}

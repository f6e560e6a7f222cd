package pcsc

// anyName is the fault reader.pcsc-any-name.
var anyName = Fault{
	ID:    "reader.pcsc-any-name",
	Title: "whatever reader is asked for is there",
	Why:   "A shim that knows one reader only.",
	Break: func(w *Wrong) { w.AnyName = true },
}

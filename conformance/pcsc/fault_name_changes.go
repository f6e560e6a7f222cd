package pcsc

// nameChanges is the fault reader.pcsc-name-changes.
var nameChanges = Fault{
	ID:    "reader.pcsc-name-changes",
	Title: "the reader is listed under another name than it has",
	Why:   "Windows and pcsc-lite number readers by the order in which they come.",
	Break: func(w *Wrong) { w.NameChanges = true },
}

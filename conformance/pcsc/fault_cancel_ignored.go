package pcsc

// cancelIgnored is the fault reader.pcsc-cancel-ignored.
var cancelIgnored = Fault{
	ID:    "reader.pcsc-cancel-ignored",
	Title: "SCardCancel ends no wait",
	Why:   "pcsc-lite 2.0.1 mended a race of cancel and timeout.",
	Break: func(w *Wrong) { w.CancelIgnored = true },
}

package pcsc

// timeoutSilent is the fault reader.pcsc-timeout-silent.
var timeoutSilent = Fault{
	ID:    "reader.pcsc-timeout-silent",
	Title: "a wait whose time is up succeeds",
	Why:   "Windows does so for the pseudo-reader of plug and play.",
	Break: func(w *Wrong) { w.TimeoutSilent = true },
}

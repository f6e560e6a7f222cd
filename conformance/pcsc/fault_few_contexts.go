package pcsc

// fewContexts is the fault reader.pcsc-few-contexts.
var fewContexts = Fault{
	ID:    "reader.pcsc-few-contexts",
	Title: "no more than four programs get a context",
	Why:   "Services have limits: pcsc-lite 200, its Debian 12 build 16 readers.",
	Break: func(w *Wrong) { w.FewContexts = true },
}

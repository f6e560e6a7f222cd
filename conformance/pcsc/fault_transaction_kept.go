package pcsc

// transactionKept is the fault reader.pcsc-transaction-kept.
var transactionKept = Fault{
	ID:    "reader.pcsc-transaction-kept",
	Title: "a transaction goes on when its program has disconnected",
	Why:   "Every other program then waits for ever.",
	Break: func(w *Wrong) { w.TransactionKept = true },
}

package pcsc

// transactionOpen is the fault reader.pcsc-transaction-open.
var transactionOpen = Fault{
	ID:    "reader.pcsc-transaction-open",
	Title: "commands of others reach the card within a transaction",
	Why:   "Somebody else would sign with a passcode that was just verified.",
	Break: func(w *Wrong) { w.TransactionOpen = true },
}

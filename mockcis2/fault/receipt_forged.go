package fault

// ReceiptForged is the fault provider.receipt-forged: the receipt is signed by an unpublished key.
var ReceiptForged = Info{
	ID:     "provider.receipt-forged",
	Title:  "The receipt is signed by an unpublished key",
	Why:    "Somebody between agent and provider hands out tickets.",
	MustDo: "refuse the receipt and hand on no ticket",
}

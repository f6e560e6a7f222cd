package fault

// ReceiptForged is the fault provider.receipt-forged: the receipt is signed by an unpublished key.
var ReceiptForged = Info{
	ID:     "provider.receipt-forged",
	Title:  "The receipt is signed by an unpublished key",
	Why:    "Somebody between agent and provider hands out tickets.",
	Source: "agent protocol section 7",
	Owes:   agent("refuse the receipt and hand on no ticket"),
	At:     []string{Assertion},
	Answer: func(c *Call, a *Answer) { a.reseal(c, func(t *JWT) { t.byStray(c, "not-published") }) },
}

package fault

// receiptOtherNonce is the fault provider.receipt-other-nonce: the receipt is of another sign-in.
var receiptOtherNonce = Info{
	ID:     "provider.receipt-other-nonce",
	Title:  "The receipt is of another sign-in",
	Why:    "Two answers are mixed up.",
	Source: "agent protocol section 7",
	Owes:   agent("refuse the receipt and hand on no ticket"),
	At:     []string{Assertion},
	Answer: func(c *Call, a *Answer) { a.reseal(c, func(t *JWT) { t.Claims["nonce"] = "not-the-nonce-you-signed" }) },
}

package fault

// receiptStale is the fault provider.receipt-stale: the receipt is of an hour ago.
var receiptStale = Info{
	ID:     "provider.receipt-stale",
	Title:  "The receipt is of an hour ago",
	Why:    "A cache, or somebody with an old one.",
	Source: "agent protocol section 7",
	Owes:   agent("refuse the receipt and hand on no ticket"),
	At:     []string{Assertion},
	Answer: func(c *Call, a *Answer) {
		a.reseal(c, func(t *JWT) { later(t.Claims, "iat", -3600); later(t.Claims, "exp", -3600) })
	},
}

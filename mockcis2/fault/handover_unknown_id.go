package fault

// handoverUnknownID is the fault provider.handover-unknown-id: the page hands over an id that nobody knows.
var handoverUnknownID = Info{
	ID:     "provider.handover-unknown-id",
	Title:  "The page hands over an id that nobody knows",
	Why:    "A page from a cache, or from another node.",
	Source: "agent protocol section 5",
	Owes:   agent("refuse with REQUEST_REFUSED before asking anybody"),
	At:     []string{Login},
	Answer: func(_ *Call, a *Answer) { a.page(func(m map[string]any) { m["id"] = "AAAAAAAAAAAAAAAAAAAAAA" }) },
}

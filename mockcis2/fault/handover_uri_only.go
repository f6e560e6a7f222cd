package fault

// handoverURIOnly is the fault provider.handover-uri-only: the page offers one channel, the URI scheme.
var handoverURIOnly = Info{
	ID:     "provider.handover-uri-only",
	Title:  "The page offers one channel, the URI scheme",
	Why:    "The others are closed by policy in many places.",
	Source: "agent protocol section 4",
	Owes:   Owes{"agent", Survive, "take the id from the URI and open the return page"},
	At:     []string{Login},
	Answer: func(_ *Call, a *Answer) { a.page(func(m map[string]any) { m["handover"] = []any{"uri"} }) },
}

package fault

// handoverOriginNull is the fault provider.handover-origin-null: the page has no origin when it calls the agent.
var handoverOriginNull = Info{
	ID:     "provider.handover-origin-null",
	Title:  "The page has no origin when it calls the agent",
	Why:    "A proxy adds a sandbox to every page.",
	Source: "agent protocol section 2",
	Owes:   Owes{"agent", Either, "refuse a caller whose origin is null; the page may go on by URI"},
	At:     []string{Login},
	Answer: func(_ *Call, a *Answer) {
		a.header.Add("Content-Security-Policy", "sandbox allow-scripts allow-forms allow-top-navigation")
	},
}

package fault

// handoverAgentAbsent is the fault provider.handover-agent-absent: the page asks for the agent where nobody listens.
var handoverAgentAbsent = Info{
	ID:     "provider.handover-agent-absent",
	Title:  "The page asks for the agent where nobody listens",
	Why:    "The agent is not installed, or not started.",
	Source: "agent protocol section 4",
	Owes:   Owes{"agent", Either, "the page goes on to the URI, and says 400_645 when that fails"},
	At:     []string{Login},
	Answer: func(_ *Call, a *Answer) { a.page(func(m map[string]any) { m["ports"] = []any{1} }) },
}

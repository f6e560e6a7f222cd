package fault

import "strings"

// handoverLNADenied is the fault provider.handover-lna-denied: the browser keeps the page from the agent.
var handoverLNADenied = Info{
	ID:     "provider.handover-lna-denied",
	Title:  "The browser keeps the page from the agent",
	Why:    "Chrome asks before a page may reach this computer, and people say no.",
	Source: "agent protocol section 4",
	Owes:   Owes{"agent", Either, "the page goes on to a channel that the browser leaves open, or says 400_645"},
	At:     []string{Login},
	Answer: func(_ *Call, a *Answer) {
		policy := a.header.Get("Content-Security-Policy")
		for _, open := range []string{" http://localhost:*", " http://127.0.0.1:*"} {
			policy = strings.ReplaceAll(policy, open, "")
		}
		a.header.Set("Content-Security-Policy", policy)
	},
}

package fault

import "net/http"

// handoverSlow is the fault provider.handover-slow: the agent waits for the request.
var handoverSlow = Info{
	ID:      "provider.handover-slow",
	Title:   "The agent waits for the request",
	Why:     "A hospital's line, and a proxy in it.",
	Source:  "agent protocol section 5",
	Params:  []Param{milliseconds(15_000, "how long the request is held back")},
	Owes:    agent("give up at its own limit with PROVIDER_UNREACHABLE; below it, go on"),
	At:      []string{Request},
	Instead: func(c *Call, _ http.ResponseWriter) bool { c.wait(); return false },
}

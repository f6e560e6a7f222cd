package fault

import (
	"net"
	"strconv"
)

// handoverPortBusy is the fault provider.handover-port-busy: the page finds another program at the agent's port.
var handoverPortBusy = Info{
	ID:     "provider.handover-port-busy",
	Title:  "The page finds another program at the agent's port",
	Why:    "Developers' tools and printers take ports.",
	Source: "agent protocol section 4",
	Owes:   Owes{"agent", Either, "the page takes nobody else for the agent, goes on to the URI, and says 400_645 when that fails"},
	At:     []string{Login},
	Answer: func(c *Call, a *Answer) {
		a.page(func(m map[string]any) {
			_, port, _ := net.SplitHostPort(c.request.Host)
			n, _ := strconv.Atoi(port)
			m["ports"] = []any{n}
		})
	},
}

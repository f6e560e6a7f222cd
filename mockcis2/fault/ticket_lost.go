package fault

import "net/http"

// ticketLost is the fault provider.ticket-lost: the provider does not know the ticket.
var ticketLost = Info{
	ID:      "provider.ticket-lost",
	Title:   "The provider does not know the ticket",
	Why:     "The page reaches another node than the agent.",
	Source:  "agent protocol section 8",
	Owes:    agent("the page says so; the person starts again"),
	At:      []string{Complete},
	Instead: htmlError(http.StatusForbidden),
}

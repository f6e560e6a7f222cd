package door

import (
	"net/http"
	"strings"
)

// ticketGarbled hands the page a ticket that is not the provider's.
var ticketGarbled = Fault{
	ID:    "door.ticket-garbled",
	Title: "the ticket that reaches the page is not the one the provider made",
	Why:   "A proxy or an extension between page and agent can do this.",
	Answer: func(reply map[string]any, h http.Header) {
		if ticket, _ := inner(reply)["ticket"].(string); ticket != "" {
			inner(reply)["ticket"] = strings.Repeat("A", len(ticket))
		}
		if at, ticket, ok := strings.Cut(h.Get("Location"), "#ticket="); ok {
			h.Set("Location", at+"#ticket="+strings.Repeat("A", len(ticket)))
		}
	},
}

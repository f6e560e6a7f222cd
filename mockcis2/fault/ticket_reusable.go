package fault

// TicketReusable is the fault provider.ticket-reusable: a ticket can be used again.
var TicketReusable = Info{
	ID:    "provider.ticket-reusable",
	Title: "A ticket can be used again",
	Why:   "A ticket may leak through history or logs.",
	Owes:  lax("PROTOCOL section 8"),
	At:    []string{Complete},
}

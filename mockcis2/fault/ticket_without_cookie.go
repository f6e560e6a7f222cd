package fault

// TicketWithoutCookie is the fault provider.ticket-without-cookie: a ticket completes in any browser.
var TicketWithoutCookie = Info{
	ID:    "provider.ticket-without-cookie",
	Title: "A ticket completes in any browser",
	Why:   "The attack in which a victim types the passcode for somebody else.",
	Owes:  lax("PROTOCOL section 8"),
	At:    []string{Complete},
}

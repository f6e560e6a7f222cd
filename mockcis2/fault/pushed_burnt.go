package fault

// PushedBurnt is the fault provider.pushed-burnt: a pushed request is spent as soon as a browser shows it.
var PushedBurnt = Info{
	ID:    "provider.pushed-burnt",
	Title: "A pushed request is spent as soon as a browser shows it",
	Why:   "It is forgotten on first use, and people reload the page.",
	Mode:  "extended",
	Owes:  noticed("push again and start anew"),
	At:    []string{Authorize},
}

package fault

// CardReplay is the fault provider.card-replay: a card assertion is accepted again.
var CardReplay = Info{
	ID:    "provider.card-replay",
	Title: "A card assertion is accepted again",
	Why:   "A transaction is not closed when it is proved.",
	Owes:  lax("PROTOCOL section 6"),
	At:    []string{Assertion},
}

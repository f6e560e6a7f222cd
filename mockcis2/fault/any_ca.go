package fault

// AnyCA is the fault provider.any-ca: a card from any authority is accepted.
var AnyCA = Info{
	ID:    "provider.any-ca",
	Title: "A card from any authority is accepted",
	Why:   "Roots taken from x5c prove nothing.",
	Owes:  lax("PROTOCOL section 6"),
	At:    []string{Assertion},
}

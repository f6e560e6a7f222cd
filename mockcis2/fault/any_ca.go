package fault

// AnyCA is the fault provider.any-ca: a card from any authority is accepted.
var AnyCA = Info{
	ID:     "provider.any-ca",
	Title:  "A card from any authority is accepted",
	Why:    "Roots taken from x5c prove nothing.",
	MustDo: "nothing; a sign-in check must notice (PROTOCOL section 6)",
}

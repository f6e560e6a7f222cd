package fault

// CardAudUnchecked is the fault provider.card-aud-unchecked: a card assertion for another issuer is accepted.
var CardAudUnchecked = Info{
	ID:    "provider.card-aud-unchecked",
	Title: "A card assertion for another issuer is accepted",
	Why:   "A proof made for one service is relayed to another.",
	Owes:  lax("PROTOCOL section 6"),
	At:    []string{Assertion},
}

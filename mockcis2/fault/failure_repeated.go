package fault

// FailureRepeated is the fault provider.failure-repeated: a transaction takes failure reports without end.
var FailureRepeated = Info{
	ID:    "provider.failure-repeated",
	Title: "A transaction takes failure reports without end",
	Why:   "A report is written down and nothing is closed.",
	Owes:  lax("PROTOCOL section 7"),
	At:    []string{Failure},
}

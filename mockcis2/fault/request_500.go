package fault

// Request500 is the fault provider.request-500: the request endpoint answers 500.
var Request500 = Info{
	ID:     "provider.request-500",
	Title:  "The request endpoint answers 500",
	Why:    "A service restarts.",
	MustDo: "say PROVIDER_UNREACHABLE; ask nobody for a passcode",
}

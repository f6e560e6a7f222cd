package fault

// RequestHangs is the fault provider.request-hangs: the request endpoint never answers.
var RequestHangs = Info{
	ID:     "provider.request-hangs",
	Title:  "The request endpoint never answers",
	Why:    "Overloaded services and dropped packets.",
	MustDo: "give up within 10 s with PROVIDER_UNREACHABLE",
}

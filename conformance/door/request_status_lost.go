package door

// requestStatusLost hides what is wrong with a request or its provider.
var requestStatusLost = Fault{
	ID:     "door.request-status-lost",
	Title:  "a request that is refused, and a provider out of reach, are reported as INTERNAL",
	Why:    "Errors of a JWT library are all one to a program that does not look into them.",
	Answer: losing(func(status string) bool { return status == "REQUEST_REFUSED" || status == "PROVIDER_UNREACHABLE" }),
}

package fault

// challengeMissing is the fault provider.challenge-missing: a refused token is not told how to be presented.
var challengeMissing = Info{
	ID:    "provider.challenge-missing",
	Title: "A refused token is not told how to be presented",
	Why:   "The header is left to the framework.",
	Mode:  "extended",
	Owes:  noticed("go by the status"),
	At:    []string{UserInfo},
	Out:   func(x *Exchange) { x.Header.Del("WWW-Authenticate") },
}

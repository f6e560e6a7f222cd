package fault

// RequestWrongKey is the fault provider.request-wrong-key: the request is signed by an unpublished key.
var RequestWrongKey = Info{
	ID:     "provider.request-wrong-key",
	Title:  "The request is signed by an unpublished key",
	Why:    "Somebody forges requests to make people type passcodes.",
	MustDo: "refuse with REQUEST_REFUSED before asking anybody",
}

package fault

// RequestUnsigned is the fault provider.request-unsigned: the request has alg none and no signature.
var RequestUnsigned = Info{
	ID:     "provider.request-unsigned",
	Title:  "The request has alg none and no signature",
	Why:    "The oldest JWT attack (RFC 8725 section 2.1).",
	MustDo: "refuse with REQUEST_REFUSED before asking anybody",
}

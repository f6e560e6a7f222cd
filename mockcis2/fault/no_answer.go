package fault

import "net/http"

// noAnswer is the fault provider.no-answer: the connection ends without an answer.
var noAnswer = Info{
	ID:      "provider.no-answer",
	Title:   "The connection ends without an answer",
	Why:     "A process dies.",
	Source:  "RFC 9112 section 8",
	Params:  []Param{endpoint},
	Owes:    refuse("say that the provider cannot be reached"),
	At:      anywhere,
	Instead: func(*Call, http.ResponseWriter) bool { panic(http.ErrAbortHandler) },
}

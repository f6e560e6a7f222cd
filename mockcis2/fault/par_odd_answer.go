package fault

import "net/http"

// parOddAnswer is the fault provider.par-odd-answer: the answer to a pushed request is 200, cached, for an hour, and easily guessed.
var parOddAnswer = Info{
	ID:    "provider.par-odd-answer",
	Title: "The answer to a pushed request is 200, cached, for an hour, and easily guessed",
	Why:   "It is made like that of any other endpoint.",
	Mode:  "extended",
	Owes:  noticed("go by request_uri and expires_in, whatever they are"),
	At:    []string{PAR},
	Out: func(x *Exchange) {
		if x.Status == http.StatusCreated {
			x.Say(http.StatusOK, map[string]any{"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 3600})
			x.Header.Set("Cache-Control", "max-age=3600")
		}
	},
}

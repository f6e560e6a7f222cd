package door

import "net/http"

// noPrivateNetwork forgets one header.
var noPrivateNetwork = Fault{
	ID:     "door.no-private-network",
	Title:  "the preflight of a private network is not answered",
	Why:    "A browser that asks so blocks the page when the header is missing.",
	Answer: func(_ map[string]any, h http.Header) { h.Del("Access-Control-Allow-Private-Network") },
}

package door

import "net/http"

// oneTransport asks for a transport that nobody has instead of a stream.
var oneTransport = Fault{
	ID:    "door.one-transport",
	Title: "the hub has no transport but long polling",
	Why:   "A program that embeds a page finds only the transport that its engine has.",
	Ask: func(_ Cell, r *http.Request) {
		q := r.URL.Query()
		if t := q.Get("transport"); t != "" && t != "longPolling" {
			q.Set("transport", "foreverFrame")
			r.URL.RawQuery = q.Encode()
		}
	},
}

package door

import "net/http"

// socketsHidden changes what is negotiated.
var socketsHidden = Fault{
	ID:    "door.sockets-hidden",
	Title: "the hub does not say that it has web sockets",
	Why:   "A client that is told so never tries them.",
	Answer: func(reply map[string]any, _ http.Header) {
		if _, ok := reply["TryWebSockets"]; ok {
			reply["TryWebSockets"] = false
		}
	},
}

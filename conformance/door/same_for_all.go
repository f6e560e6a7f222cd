package door

import "net/http"

// sameForAll answers who has no agent with somebody's.
var sameForAll = Fault{
	ID:    "door.same-for-all",
	Title: "the port service names one agent to everybody",
	Why:   "A service that keeps one entry for the machine sends a second user to the first one's agent.",
	Answer: func(reply map[string]any, _ http.Header) {
		if data, ok := reply["portData"]; ok && data == nil {
			reply["portData"] = map[string]any{"portNumber": 43485}
		}
	},
}

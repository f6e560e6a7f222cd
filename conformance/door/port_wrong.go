package door

import "net/http"

// portWrong names a port where nobody is.
var portWrong = Fault{
	ID:    "door.port-wrong",
	Title: "the port service names a wrong port",
	Why:   "A service that forgot to drop a dead agent sends the page to another user's port.",
	Answer: func(reply map[string]any, _ http.Header) {
		if data, ok := reply["portData"].(map[string]any); ok {
			data["portNumber"] = 9
		}
	},
}

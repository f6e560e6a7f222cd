package door

import "net/http"

// statusTalks tells a page who is at the desk.
var statusTalks = Fault{
	ID:    "door.status-talks",
	Title: "the status tells pages who uses this machine",
	Why:   "Convenient for support, and for anybody who wants to know who works where.",
	Answer: func(reply map[string]any, _ http.Header) {
		if _, ok := reply["running"]; ok {
			reply["user"] = "somebody"
		}
	},
}

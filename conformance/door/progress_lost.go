package door

import "net/http"

// progressLost empties every poll.
var progressLost = Fault{
	ID:    "door.progress-lost",
	Title: "the hub never tells a page its place in the queue",
	Why:   "A poll that only brings what is lost on the way leaves people waiting for a form that is another's.",
	Answer: func(reply map[string]any, _ http.Header) {
		if _, ok := reply["M"]; ok {
			reply["M"] = []any{}
		}
	},
}

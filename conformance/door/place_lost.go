package door

import "net/http"

// placeLost hides the queue.
var placeLost = Fault{
	ID:    "door.place-lost",
	Title: "every sign-in is said to be on the screen",
	Why:   "A page that is told so says that the form is there while the person sees another.",
	Answer: func(reply map[string]any, _ http.Header) {
		if _, ok := reply["position"]; ok {
			reply["position"] = 0
		}
	},
}

package door

import "net/http"

// statusNumber breaks clients that compare with the string.
var statusNumber = Fault{
	ID:    "door.status-number",
	Title: "the port service's statusCode is a number",
	Why:   "The public client compares with the string \"200\"; a tidy server sends a number.",
	Answer: func(reply map[string]any, _ http.Header) {
		if _, ok := reply["statusCode"]; ok {
			reply["statusCode"] = 200
		}
	},
}

package door

import "net/http"

// statusLost reports every failure as a mistake of its own.
var statusLost = Fault{
	ID:    "door.status-lost",
	Title: "every failure is reported as INTERNAL",
	Why:   "A catch-all error is the easiest thing to write and no help to a helpdesk.",
	Answer: func(reply map[string]any, _ http.Header) {
		r := inner(reply)
		if code, ok := r["status_code"].(float64); ok && code != 0 {
			r["status_code"], r["status_string"] = 0x41555412, "INTERNAL"
		}
	},
}

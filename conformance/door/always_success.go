package door

import (
	"net/http"
	"strings"
)

// alwaysSuccess reports success whatever happened.
var alwaysSuccess = Fault{
	ID:    "door.always-success",
	Title: "every failure is reported as a success",
	Why:   "An error that is logged and not returned looks like this from outside.",
	Answer: func(reply map[string]any, _ http.Header) {
		r := inner(reply)
		if code, ok := r["status_code"].(float64); ok && code != 0 {
			r["status_code"], r["status_string"] = 0, "OK"
			if _, signsIn := r["ticket"]; signsIn {
				r["ticket"] = strings.Repeat("A", 22)
			}
		}
	},
}

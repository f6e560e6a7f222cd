package door

import (
	"net/http"
	"strings"
)

// cardStatusLost hides what is wrong with a card.
var cardStatusLost = Fault{
	ID:    "door.card-status-lost",
	Title: "whatever is wrong with the card is reported as INTERNAL",
	Why:   "Drivers have errors of their own, and nobody translates them.",
	Answer: losing(func(status string) bool {
		return strings.HasPrefix(status, "CARD_") || status == "CERTIFICATE_EXPIRED" || status == "SIGNATURE_WRONG"
	}),
}

// losing turns the statuses that are picked into INTERNAL.
func losing(pick func(status string) bool) func(map[string]any, http.Header) {
	return func(reply map[string]any, _ http.Header) {
		r := inner(reply)
		if status, _ := r["status_string"].(string); pick(status) {
			r["status_code"], r["status_string"] = 0x41555412, "INTERNAL"
		}
	}
}

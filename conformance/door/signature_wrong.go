package door

import "net/http"

// signatureWrong returns the signatures in the wrong order, or damaged.
var signatureWrong = Fault{
	ID:    "door.signature-wrong",
	Title: "a returned signature is not the card's",
	Why:   "Batches get mixed up; a pharmacy finds out weeks later.",
	Answer: func(reply map[string]any, _ http.Header) {
		list, _ := inner(reply)["signatures"].([]any)
		for _, entry := range list {
			if s, ok := entry.(map[string]any); ok {
				if text, _ := s["signature"].(string); len(text) > 4 {
					s["signature"] = "AAAA" + text[4:]
				}
			}
		}
	},
}

package fault

import (
	"bytes"
	"net/http"
)

// hugeAnswer is the fault provider.huge-answer: an answer is sixty-four megabytes long.
var hugeAnswer = Info{
	ID:     "provider.huge-answer",
	Title:  "An answer is sixty-four megabytes long",
	Why:    "Somebody wants the memory of an application.",
	Params: []Param{endpoint},
	Owes:   refuse("stop reading at a limit of its own"),
	At:     anywhere,
	Instead: func(c *Call, w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "application/json")
		blank := bytes.Repeat([]byte{' '}, 1<<16)
		for range 1 << 10 {
			if _, err := w.Write(blank); err != nil || c.request.Context().Err() != nil {
				break
			}
		}
		return true
	},
}

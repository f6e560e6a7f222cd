package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

// How much and how often the console is told.
const (
	recent   = 100                    // entries of the diary
	calm     = 100 * time.Millisecond // between two looks
	anyway   = time.Second            // a look without a change: the clock
	patience = 10 * time.Second       // for a reader that does not read
)

// part is one thing that the console shows.
type part struct {
	name string
	look func() any
}

func (d Door) parts() []part {
	return []part{
		{"clock", func() any { return d.time() }},
		{"faults", func() any { return d.Server.ActiveFaults() }},
		{"people", func() any { return d.Server.Persons() }},
		{"transactions", func() any { return d.Server.Transactions() }},
		{"history", func() any {
			h := d.Server.History()
			return h[max(0, len(h)-recent):]
		}},
	}
}

// events streams every part as it is, and again when it has changed (WHATWG
// HTML section 9.2).
func (d Door) events(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	written, stop := d.Server.Diary().Subscribe(1)
	defer stop()
	told := map[string][]byte{}
	for {
		_ = out.SetWriteDeadline(time.Now().Add(patience)) // not every writer has one
		for _, p := range d.parts() {
			now, err := json.Marshal(p.look())
			if err != nil || bytes.Equal(now, told[p.name]) {
				continue
			}
			told[p.name] = now
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", p.name, now); err != nil {
				return
			}
		}
		if out.Flush() != nil || !wait(r, written) {
			return
		}
	}
}

// wait is for a change, or for a second; false when the reader has gone.
func wait(r *http.Request, written <-chan diary.Entry) bool {
	select {
	case <-r.Context().Done():
		return false
	case <-written:
	case <-time.After(anyway):
	}
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(calm):
		return true
	}
}

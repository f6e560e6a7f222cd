package wall

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// patch is what one event carries: the readers that changed, and each other part
// where it changed. The first has everything.
type patch struct {
	Time     time.Time        `json:"time"`
	Trouble  string           `json:"trouble"`
	First    bool             `json:"first,omitempty"`
	Readers  []watch.Reader   `json:"readers,omitempty"`
	Gone     []string         `json:"gone,omitempty"` // IDs of readers
	Cards    *[]watch.Card    `json:"cards,omitempty"`
	Runs     *[]watch.Run     `json:"runs,omitempty"`
	Queue    *watch.Queue     `json:"queue,omitempty"`
	Requests *[]watch.Request `json:"requests,omitempty"`
}

// teller remembers what one follower was told.
type teller struct {
	first   bool
	readers map[string]string
	parts   map[string]string
}

// next is what to tell of a state.
func (t *teller) next(s watch.State) patch {
	p := patch{Time: s.Time, Trouble: s.Trouble, First: !t.first}
	if !t.first {
		t.first, t.readers, t.parts = true, map[string]string{}, map[string]string{}
	}
	here := map[string]bool{}
	for _, r := range s.Readers {
		here[r.ID] = true
		if text := jsonOf(r); t.readers[r.ID] != text {
			t.readers[r.ID] = text
			p.Readers = append(p.Readers, r)
		}
	}
	for id := range t.readers {
		if !here[id] {
			delete(t.readers, id)
			p.Gone = append(p.Gone, id)
		}
	}
	if t.changed("cards", s.Cards) {
		p.Cards = &s.Cards
	}
	if t.changed("runs", s.Runs) {
		p.Runs = &s.Runs
	}
	if t.changed("queue", s.Queue) {
		p.Queue = &s.Queue
	}
	if t.changed("requests", s.Requests) {
		p.Requests = &s.Requests
	}
	return p
}

func (t *teller) changed(part string, v any) bool {
	text := jsonOf(v)
	if t.parts[part] == text {
		return false
	}
	t.parts[part] = text
	return true
}

func jsonOf(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

// mostFollowers bounds what looking at the page costs the hub.
const mostFollowers = 500

// stream sends server-sent events (HTML Standard section 9.2) until the follower
// goes, or its login ends.
func (d *door) stream(w http.ResponseWriter, r *http.Request, _ who) {
	if d.Watch.Followers() >= mostFollowers {
		refuse(w, http.StatusServiceUnavailable, errors.New("too many follow already"))
		return
	}
	changed, stop := d.Watch.Follow()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	var t teller
	out := http.NewResponseController(w)
	for {
		_ = out.SetWriteDeadline(time.Now().Add(20 * time.Second)) // not every connection has one
		if _, err := fmt.Fprintf(w, "data: %s\n\n", jsonOf(t.next(d.Watch.State()))); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
		if _, ok := d.who(r); !ok {
			_, _ = fmt.Fprint(w, "event: over\ndata: {}\n\n")
			return
		}
	}
}

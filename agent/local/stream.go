package local

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Times of a stream. A client takes one for lost that says nothing for
// KeepAliveTimeout of the negotiation, twice keepAlive.
const (
	keepAlive = 10 * time.Second
	writeTime = 10 * time.Second // for a reader that is slow
)

// messages is what a poll or a stream brings: progress, and nothing else, as
// results come where the invocation was made.
type messages struct {
	Cursor      string     `json:"C"`
	Initialized int        `json:"S,omitempty"`
	Messages    []progress `json:"M"`
}

// progress is SignalR 2's progress message: clients that know it hand Data to
// the invocation, older ones find no invocation "P|id" and pass over it.
type progress struct {
	Invocation string `json:"I"`
	Progress   struct {
		Invocation string   `json:"I"`
		Data       position `json:"D"`
	} `json:"P"`
}

// position is a place in the queue for the screen: 1 is next.
type position struct {
	Position int `json:"position"`
}

// take is what the connection has for its page.
func (h *hub) take(c *connection) messages {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := messages{Messages: []progress{}}
	for id, at := range c.box {
		p := progress{Invocation: "P|" + id}
		p.Progress.Invocation, p.Progress.Data = id, position{at}
		m.Messages = append(m.Messages, p)
	}
	clear(c.box)
	c.sent += len(m.Messages)
	m.Cursor = "d-" + strconv.Itoa(c.sent)
	return m
}

// poll hangs until there is something to say or nothing more to wait for.
func (d *Door) poll(w http.ResponseWriter, r *http.Request) {
	c, ok := d.connected(w, r)
	if !ok {
		return
	}
	if _, ok := read(w, r, maxBody); !ok {
		return
	}
	limit := d.PollTime
	if limit == 0 {
		limit = defaultPoll
	}
	ctx, leave := d.hub.hang(r.Context(), c, d.now)
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-c.closed:
	case <-c.news:
	}
	answer(w, http.StatusOK, d.hub.take(c))
}

// stream writes first, then what there is to say and signs of life, until the
// page or the connection ends.
func (d *Door) stream(ctx context.Context, c *connection, first messages, write func(any) error) error {
	beat := time.NewTicker(keepAlive)
	defer beat.Stop()
	err := write(first)
	for err == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.closed:
			return nil
		case <-c.news:
			if m := d.hub.take(c); len(m.Messages) > 0 { // what was news may be over
				err = write(m)
			}
		case <-beat.C:
			err = write(struct{}{})
		}
	}
	return err
}

// events is the transport serverSentEvents (HTML Living Standard §9.2).
func (d *Door) events(w http.ResponseWriter, r *http.Request, c *connection, first messages) {
	ctx, leave := d.hub.hang(r.Context(), c, d.now)
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	control := http.NewResponseController(w)
	send := func(text string) error {
		_ = control.SetWriteDeadline(time.Now().Add(writeTime))
		if _, err := io.WriteString(w, "data: "+text+"\n\n"); err != nil {
			return err
		}
		return control.Flush()
	}
	if send("initialized") != nil {
		return
	}
	err := d.stream(ctx, c, first, func(v any) error {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("event: %w", err)
		}
		return send(string(raw))
	})
	d.log().Debug("an event stream ended", "error", err)
}

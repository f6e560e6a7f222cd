package replay

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

// Door is the side door of the card that is played. It knows what the recorded
// one was asked and says what that said. POST /spec and /spec/end are those of
// tap.Door, answered {"cannot":WHY} and {"left":[…]}. Between checks the card can
// be put in and taken out.
type Door struct{ *Player }

// ServeHTTP answers.
func (d Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch r.URL.Path {
	case "/spec":
		d.begin(w, r.Context(), body)
	case "/spec/end":
		say(w, http.StatusOK, map[string][]string{"left": d.End()})
	default:
		status, answer := d.call(r.Context(), record.Call{Method: r.Method, Path: r.URL.Path, Body: strings.TrimSpace(string(body))})
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}
}

func (d Door) begin(w http.ResponseWriter, ctx context.Context, body []byte) {
	var said struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	cannot, err := d.Begin(ctx, said.ID)
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	say(w, http.StatusOK, map[string]string{"cannot": cannot})
}

func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// call answers as recorded and moves the card as it moved.
func (p *Player) call(ctx context.Context, c record.Call) (int, string) {
	p.mu.Lock()
	if !moving(c) {
		defer p.mu.Unlock()
		return p.look(c)
	}
	i, ok := p.cursor.called(c)
	var after []item
	if ok {
		after = p.cursor.aftermath()
	} else if p.now.id != "" {
		p.refuse(c.Method+" "+c.Path+" "+c.Body, "the bench was not asked that, or not after this")
	}
	idle := p.now.id == "" || !ok
	p.mu.Unlock()
	if idle {
		return p.move(ctx, c)
	}
	if err := p.settle(ctx, after); err != nil {
		return http.StatusConflict, quoted(err.Error())
	}
	return i.call.Status, i.call.Answer
}

// look answers a question about the card. The player is locked.
func (p *Player) look(c record.Call) (int, string) {
	for n := p.looked; n < len(p.now.looks); n++ {
		if x := p.now.looks[n].call; x.Method == c.Method && x.Path == c.Path {
			p.looked = n + 1
			return x.Status, x.Answer
		}
	}
	p.refuse(c.Method+" "+c.Path, "the bench was not asked that again")
	return http.StatusNotFound, quoted("not in the recording")
}

// move is for a card between checks, or one that left its recording: it goes in
// and out and does nothing else.
func (p *Player) move(ctx context.Context, c record.Call) (int, string) {
	switch {
	case c.Path == "/remove":
		p.plug.Out()
	case c.Path == "/insert" || c.Path == "/reset" || c.Method == http.MethodDelete:
		if err := p.plug.In(ctx); err != nil {
			return http.StatusConflict, quoted(err.Error())
		}
	default:
		return http.StatusConflict, quoted("a recording does nothing that was not recorded")
	}
	return http.StatusOK, "{}"
}

func quoted(text string) string {
	raw, err := json.Marshal(map[string]string{"error": text})
	if err != nil { // a string: it cannot fail
		return "{}"
	}
	return string(raw)
}

// settle moves the card as it moved in the recording. It is out for as long as
// it was, or as long as pcscd needs to see it.
func (p *Player) settle(ctx context.Context, after []item) error {
	in, moved, out := p.plug.Inside(), false, gap
	var from time.Duration
	for _, x := range after {
		switch x.kind {
		case record.Remove:
			in, moved, from = false, true, x.at
		case record.Insert:
			in, moved = true, true
			if from > 0 {
				out = min(max(gap, x.at-from), longest)
			}
		case record.ATR:
			p.mu.Lock()
			p.atr = unhex(x.text)
			p.mu.Unlock()
		}
	}
	return p.place(ctx, in, moved, out)
}

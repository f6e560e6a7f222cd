package tap

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

// most is more than any answer of a side door has.
const most = 16 << 20

// Door stands before the side door of an emulated card: it passes everything on
// and has it written down. Beside that it takes what the conformance program
// says about itself:
//
//	POST /spec {"id":ID}                     a check begins; answered {}
//	POST /spec/end {"id":ID,"verdict":WORD}  and has ended; answered {}
type Door struct {
	Card         string // URL of the card's own
	Conversation *record.Conversation
}

// word is what is said about a check.
type word struct {
	ID      string `json:"id"`
	Verdict string `json:"verdict"`
}

// ServeHTTP answers.
func (d Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, most))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/spec") {
		d.spec(w, r.URL.Path, body)
		return
	}
	call := record.Call{Method: r.Method, Path: r.URL.Path, Body: compact(body)}
	place := d.Conversation.Happened(record.Door, call.Text())
	call.Status, call.Answer = d.forward(r.Context(), call.Method, call.Path, body)
	d.Conversation.Amend(place, call.Text())
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(call.Status)
	_, _ = io.WriteString(w, call.Answer)
}

func (d Door) spec(w http.ResponseWriter, path string, body []byte) {
	var said word
	if err := json.Unmarshal(body, &said); err != nil || said.ID == "" {
		http.Error(w, "a check has an ID", http.StatusBadRequest)
		return
	}
	if path == "/spec/end" {
		d.Conversation.Happened(record.Ended, said.ID+" "+said.Verdict)
	} else {
		d.Conversation.Happened(record.Spec, said.ID)
	}
	_, _ = io.WriteString(w, "{}\n")
}

// forward asks the card's own door.
func (d Door) forward(ctx context.Context, method, path string, body []byte) (int, string) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, d.Card+path, bytes.NewReader(body))
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return http.StatusBadGateway, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return http.StatusBadGateway, err.Error()
	}
	return resp.StatusCode, compact(answer)
}

// compact is JSON on one line, or the text as it is.
func compact(raw []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return strings.TrimSpace(string(raw))
	}
	return b.String()
}

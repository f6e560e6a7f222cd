// Package remotetest is a card bank for tests, and the reference server of
// hil/device/remote/PROTOCOL.md. It moves nothing.
package remotetest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/hil/device/remote"
)

// Bank has cards and readers. Cards and Readers must be set before it is used.
type Bank struct {
	Cards   []string
	Readers []string
	Slow    int               // how many looks a switch takes
	Broken  map[string]string // cards that do not come, and why
	Token   string            // asked of everybody, unless empty

	mu     sync.Mutex
	wanted map[string]string // reader to card
	looks  map[string]int
}

// ServeHTTP answers one request.
func (b *Bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if b.Token != "" && r.Header.Get("Authorization") != "Bearer "+b.Token {
		refuse(w, http.StatusUnauthorized, "say who you are")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.wanted == nil {
		b.wanted, b.looks = map[string]string{}, map[string]int{}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/readers", b.list)
	mux.HandleFunc("GET /v1/readers/{reader}", b.known(b.look))
	mux.HandleFunc("PUT /v1/readers/{reader}/card", b.known(b.bring))
	mux.HandleFunc("DELETE /v1/readers/{reader}/card", b.known(b.take))
	mux.ServeHTTP(w, r)
}

func (b *Bank) known(then func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reader := r.PathValue("reader")
		if !slices.Contains(b.Readers, reader) {
			refuse(w, http.StatusNotFound, "there is no reader "+reader)
			return
		}
		then(w, r, reader)
	}
}

func (b *Bank) list(w http.ResponseWriter, _ *http.Request) {
	states := []remote.State{}
	for _, reader := range b.Readers {
		states = append(states, b.state(reader))
	}
	answer(w, http.StatusOK, states)
}

func (b *Bank) look(w http.ResponseWriter, _ *http.Request, reader string) {
	answer(w, http.StatusOK, b.state(reader))
	b.looks[reader]++
}

func (b *Bank) bring(w http.ResponseWriter, r *http.Request, reader string) {
	var want struct{ Card string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&want); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if !slices.Contains(b.Cards, want.Card) {
		refuse(w, http.StatusNotFound, "there is no card "+want.Card)
		return
	}
	for at, card := range maps.All(b.wanted) {
		if card == want.Card && at != reader {
			refuse(w, http.StatusConflict, "card "+card+" is at reader "+at)
			return
		}
	}
	b.want(w, reader, want.Card)
}

func (b *Bank) take(w http.ResponseWriter, _ *http.Request, reader string) { b.want(w, reader, "") }

func (b *Bank) want(w http.ResponseWriter, reader, card string) {
	if b.wanted[reader] != card {
		b.wanted[reader], b.looks[reader] = card, 0
	}
	answer(w, http.StatusAccepted, b.state(reader))
}

func (b *Bank) state(reader string) remote.State {
	s := remote.State{Reader: reader, Card: b.wanted[reader]}
	why, broken := b.Broken[s.Card]
	switch {
	case b.looks[reader] < b.Slow:
		s.Phase = remote.Switching
	case broken:
		s.Phase, s.Why = remote.Failed, why
	case s.Card == "":
		s.Phase = remote.Empty
	default:
		s.Phase = remote.Active
	}
	return s
}

func refuse(w http.ResponseWriter, code int, why string) {
	answer(w, code, map[string]string{"error": why})
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

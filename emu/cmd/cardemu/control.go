package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// control is the side door through which a bench moves the card and changes
// it. It is for loopback and refuses browsers.
type control struct{ slot *slot }

// state is the answer to GET /state.
type state struct {
	Present   bool     `json:"present"`
	Series    string   `json:"series"`
	Protocol  string   `json:"protocol"`
	ATR       string   `json:"atr"`
	TriesLeft int      `json:"tries_left"`
	Faults    []string `json:"faults"`
}

func (c control) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /state", c.show)
	mux.HandleFunc("POST /insert", c.then(c.slot.insert))
	mux.HandleFunc("POST /remove", c.then(func() error { c.slot.remove(); return nil }))
	mux.HandleFunc("POST /reset", c.then(func() error { return c.slot.exchange(c.slot.card.Restore) }))
	mux.HandleFunc("POST /faults", c.inject)
	mux.HandleFunc("DELETE /faults", c.then(func() error { return c.slot.exchange(c.slot.card.Heal) }))
	mux.HandleFunc("GET /trace", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, c.slot.card.Trace()) })
	mux.HandleFunc("DELETE /trace", c.then(func() error { c.slot.card.ForgetTrace(); return nil }))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
			refuse(w, http.StatusForbidden, errors.New("this door is not for browsers"))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (c control) show(w http.ResponseWriter, _ *http.Request) {
	card := c.slot.card
	s := state{
		Present:   card.Present(),
		Series:    card.Series(),
		Protocol:  card.Protocol().String(),
		ATR:       strings.ToUpper(fmt.Sprintf("%x", card.ATR())),
		TriesLeft: card.TriesLeft(),
		Faults:    []string{},
	}
	for _, f := range card.Active() {
		s.Faults = append(s.Faults, f.ID)
	}
	reply(w, http.StatusOK, s)
}

// then does something and answers with the state after it.
func (c control) then(do func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := do(); err != nil {
			refuse(w, http.StatusConflict, err)
			return
		}
		c.show(w, r)
	}
}

// inject reads {"id":"card.…"} and switches that fault on.
func (c control) inject(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ID string `json:"id"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	f, err := emu.Find(body.ID)
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	c.then(func() error { return c.slot.exchange(func() error { return c.slot.card.Inject(f) }) })(w, r)
}

func reply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, code int, err error) {
	reply(w, code, map[string]string{"error": err.Error()})
}

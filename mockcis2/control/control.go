// Package control is the side door: faults in, history out, the clock and the
// keys moved. It listens on its own loopback port and never beside the
// provider.
package control

import (
	"encoding/json"
	"net"
	"net/http"
)

// Provider is what the door needs; mockcis2.Server has it.
type Provider interface {
	ActiveFaults() []string
	AddFault(id string) error
	SetFaults(ids ...string) error
	ForgetHistory()
	RotateKey()
	Revoke(uuid string) error
	Transactions() []map[string]any
	Clock
	Reporter
}

// Door serves the control API. History and People are functions because their
// types belong to the caller: each answers with something JSON can encode.
type Door struct {
	Provider Provider
	History  func() any
	People   func() any
}

// Handler answers only to this machine: Host must be loopback and a browser's
// Origin is refused, so that no page can reach it.
func (d Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, d.Provider.ActiveFaults()) })
	mux.HandleFunc("POST /faults", d.addFault)
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) { done(w, d.Provider.SetFaults()) })
	mux.HandleFunc("GET /history", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, d.History()) })
	mux.HandleFunc("DELETE /history", func(w http.ResponseWriter, _ *http.Request) { d.Provider.ForgetHistory(); done(w, nil) })
	mux.HandleFunc("GET /clock", showClock(d.Provider))
	mux.HandleFunc("POST /clock", moveClock(d.Provider))
	mux.HandleFunc("GET /report", reports(d.Provider))
	mux.HandleFunc("GET /report/{client}", report(d.Provider))
	mux.HandleFunc("GET /diary.har", archive(d.Provider))
	mux.HandleFunc("GET /diary.jsonl", lines(d.Provider))
	mux.HandleFunc("POST /keys/rotate", func(w http.ResponseWriter, _ *http.Request) { d.Provider.RotateKey(); done(w, nil) })
	mux.HandleFunc("GET /people", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, d.People()) })
	mux.HandleFunc("POST /revocations", d.revoke)
	mux.HandleFunc("GET /transactions", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, d.Provider.Transactions()) })
	return guard(mux)
}

func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			answer(w, http.StatusMisdirectedRequest, map[string]string{"error": "Host is not this machine"})
			return
		}
		if r.Header.Get("Origin") != "" {
			answer(w, http.StatusForbidden, map[string]string{"error": "pages may not use this door"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (d Door) addFault(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ID string `json:"id"`
	}
	if read(w, r, &body) {
		done(w, d.Provider.AddFault(body.ID))
	}
}

func (d Door) revoke(w http.ResponseWriter, r *http.Request) {
	var body struct {
		UUID string `json:"uuid"`
	}
	if read(w, r, &body) {
		done(w, d.Provider.Revoke(body.UUID))
	}
}

func read(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return false
	}
	return true
}

func done(w http.ResponseWriter, err error) {
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a reader that went away is no error of ours
}

// Package control is the side door: faults in, history out, the clock and the
// keys moved, people and applications changed, a sign-in completed without a
// card. It listens on its own loopback port and never beside the provider.
// openapi.yaml describes it; the console at its root is for people.
package control

import (
	"crypto/rand"
	_ "embed"
	"errors"
	"net/http"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
)

//go:embed openapi.yaml
var description []byte

// Door serves the control API of a server that has started.
type Door struct {
	Server      *mockcis2.Server
	Environment string        // shown on the console
	Teams       []client.Team // may register through the API of the Connection Manager; nil is client.ToyTeam
}

// route is one method and path with what answers there.
type route struct {
	pattern string
	serve   http.HandlerFunc
}

// Handler answers only to this machine: Host must be loopback, and of pages in
// browsers only the console gets in.
func (d Door) Handler() http.Handler {
	mux := http.NewServeMux()
	g := &guard{next: mux, token: rand.Text()}
	for _, r := range d.routes(g) {
		mux.HandleFunc(r.pattern, r.serve)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { stray(mux, w, r) })
	return g
}

// routes are all there are; openapi.yaml has the same.
func (d Door) routes(g *guard) []route {
	s := d.Server
	m := &client.Manager{Registry: s, Teams: d.Teams, Now: s.Now, Rand: rand.Reader}
	return []route{
		{"GET /{$}", g.page},
		{"GET /openapi.yaml", openapi},
		{"GET /docs", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/openapi.yaml", http.StatusSeeOther)
		}},
		{"GET /provider", d.provider},
		{"GET /events", d.events},
		{"GET /faults", d.activeFaults}, {"POST /faults", d.addFault}, {"PUT /faults", d.setFaults}, {"DELETE /faults", d.clearFaults},
		{"GET /faults/known", knownFaults}, {"DELETE /faults/{id}", d.removeFault},
		{"GET /history", d.history}, {"DELETE /history", d.forget},
		{"GET /clock", d.clock}, {"POST /clock", d.moveClock},
		{"GET /diary.har", d.archive}, {"GET /diary.jsonl", d.lines}, {"GET /report", d.reports}, {"GET /report/{client}", d.report},
		{"POST /keys/rotate", d.rotate},
		{"GET /people", d.people}, {"GET /people/{uuid}", d.person}, {"PUT /people/{uuid}", d.setPerson}, {"DELETE /people/{uuid}", d.removePerson},
		{"POST /revocations", d.revoke},
		{"GET /devices", d.devices}, {"PUT /devices", d.setDeviceAsk}, {"PUT /devices/{thumbprint}", d.enrol}, {"DELETE /devices/{thumbprint}", d.forgetDevice},
		{"GET /transactions", d.transactions}, {"POST /transactions/{id}/complete", d.complete},
		{"GET /clients", d.clients}, {"POST /clients", d.addClient},
		{"GET /clients/{id}", d.client}, {"PUT /clients/{id}", d.setClient}, {"DELETE /clients/{id}", d.removeClient},
		{"POST /api/auth", m.Auth}, {"GET /api/hello_world", m.Hello},
		{"GET /api/configs/{team_id}", m.List}, {"POST /api/configs/{team_id}", m.Create},
		{"GET /api/configs/{team_id}/{config_id}", m.Get}, {"PUT /api/configs/{team_id}/{config_id}", m.Replace},
	}
}

// stray answers where there is no route: 405 when another method has one.
func stray(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "/" {
			allow = append(allow, method)
		}
	}
	if len(allow) == 0 {
		client.Refuse(w, http.StatusNotFound, errors.New("nothing is here: GET /openapi.yaml says what there is"))
		return
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	client.Refuse(w, http.StatusMethodNotAllowed, errors.New("only "+strings.Join(allow, ", ")+" is answered here"))
}

func openapi(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(description) // a reader that went away is no error of ours
}

// done answers 204, or 400 with what is wrong.
func done(w http.ResponseWriter, err error) {
	if err != nil {
		client.Refuse(w, http.StatusBadRequest, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

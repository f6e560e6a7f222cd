package drawer

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Door is the drawer over HTTP, for loopback. Programs use it freely; of pages
// in browsers only its own gets in (see guard).
//
//	GET /                            the page
//	GET /drawer                      State
//	GET /faults                      every fault there is
//	GET /exchanges                   the last exchanges of all cards
//	POST /readers/{n}/insert         {"card":ID}
//	POST /readers/{n}/remove
//	POST /readers/{n}/swap           {"card":ID}, or {} for the next card
//	POST /cards/{id}/faults          {"id":FAULT}
//	DELETE /cards/{id}/faults
//	POST /cards/{id}/reset
//	GET, DELETE /cards/{id}/trace
//
// What moves or changes something answers with the State after it. Errors are
// {"error":TEXT}: 400 for a body that is none, 404 for what is not here, 409 for
// what is not possible now.
type Door struct {
	Drawer *Drawer
	// Single, if not nil, adds the routes of a program with one card and
	// one reader.
	Single *Single
}

// Handler serves the door.
func (d Door) Handler() http.Handler {
	mux := http.NewServeMux()
	g := newGuard(mux)
	mux.HandleFunc("GET /{$}", g.page)
	mux.HandleFunc("GET /drawer", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, d.Drawer.State()) })
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, emu.Faults()) })
	mux.HandleFunc("GET /exchanges", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, d.Drawer.Said()) })
	mux.HandleFunc("POST /readers/{n}/insert", d.move(func(card string, n int) error { return d.Drawer.Insert(card, n) }))
	mux.HandleFunc("POST /readers/{n}/remove", d.move(func(_ string, n int) error { return d.Drawer.Remove(n) }))
	mux.HandleFunc("POST /readers/{n}/swap", d.move(func(card string, n int) error { return d.Drawer.Swap(card, n) }))
	mux.HandleFunc("POST /cards/{id}/faults", d.inject)
	mux.HandleFunc("DELETE /cards/{id}/faults", d.change(d.Drawer.Heal))
	mux.HandleFunc("POST /cards/{id}/reset", d.change(d.Drawer.Reset))
	mux.HandleFunc("GET /cards/{id}/trace", d.trace)
	mux.HandleFunc("DELETE /cards/{id}/trace", d.change(d.Drawer.forget))
	if d.Single != nil {
		d.Single.routes(mux)
	}
	return g
}

// move does something at a reader with the card named in the body.
func (d Door) move(do func(card string, reader int) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil {
			refuse(w, http.StatusNotFound, err)
			return
		}
		var body struct {
			Card string `json:"card"`
		}
		if !read(w, r, &body) {
			return
		}
		d.then(w, do(body.Card, n))
	}
}

// change does something with the card of the path.
func (d Door) change(do func(id string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { d.then(w, do(r.PathValue("id"))) }
}

func (d Door) inject(w http.ResponseWriter, r *http.Request) {
	f, ok := readFault(w, r)
	if ok {
		d.then(w, d.Drawer.Inject(r.PathValue("id"), f))
	}
}

func (d Door) trace(w http.ResponseWriter, r *http.Request) {
	c, err := d.Drawer.find(r.PathValue("id"))
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	reply(w, http.StatusOK, c.Trace())
}

// then answers what came of it.
func (d Door) then(w http.ResponseWriter, err error) {
	if err == nil {
		reply(w, http.StatusOK, d.Drawer.State())
		return
	}
	fail(w, err)
}

func fail(w http.ResponseWriter, err error) {
	code := http.StatusConflict
	if errors.Is(err, ErrUnknown) {
		code = http.StatusNotFound
	}
	refuse(w, code, err)
}

// readFault reads {"id":"card.…"}.
func readFault(w http.ResponseWriter, r *http.Request) (emu.Fault, bool) {
	var body struct {
		ID string `json:"id"`
	}
	if !read(w, r, &body) {
		return emu.Fault{}, false
	}
	f, err := emu.Find(body.ID)
	if err != nil {
		refuse(w, http.StatusNotFound, err)
	}
	return f, err == nil
}

// read takes a strict JSON object; no body is an empty one.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		refuse(w, http.StatusBadRequest, err)
		return false
	}
	return true
}

func reply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, code int, err error) {
	reply(w, code, map[string]string{"error": err.Error()})
}

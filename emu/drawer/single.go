package drawer

import (
	"net/http"
)

// Single is the door of a program with one card, ID in the drawer, and reader 0:
// the routes benches have always used.
//
//	GET /state                    the card
//	POST /insert, POST /remove
//	POST /reset, POST /faults {"id":FAULT}, DELETE /faults    out of the reader and back
//	GET, DELETE /trace
type Single struct {
	Drawer *Drawer
	ID     string
}

// single is the answer to GET /state.
type single struct {
	Present   bool     `json:"present"`
	Series    string   `json:"series"`
	Protocol  string   `json:"protocol"`
	ATR       string   `json:"atr"`
	TriesLeft int      `json:"tries_left"`
	Faults    []string `json:"faults"`
}

func (s Single) routes(mux *http.ServeMux) {
	d := s.Drawer
	mux.HandleFunc("GET /state", s.show)
	mux.HandleFunc("POST /insert", s.then(func() error { return d.Insert(s.ID, 0) }))
	mux.HandleFunc("POST /remove", s.then(func() error { return d.Remove(0) }))
	mux.HandleFunc("POST /reset", s.then(func() error { return s.back(d.Reset(s.ID)) }))
	mux.HandleFunc("DELETE /faults", s.then(func() error { return s.back(d.Heal(s.ID)) }))
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		if f, ok := readFault(w, r); ok {
			s.then(func() error { return s.back(d.Inject(s.ID, f)) })(w, r)
		}
	})
	mux.HandleFunc("GET /trace", func(w http.ResponseWriter, r *http.Request) {
		r.SetPathValue("id", s.ID)
		Door{Drawer: d}.trace(w, r)
	})
	mux.HandleFunc("DELETE /trace", s.then(func() error { return d.forget(s.ID) }))
}

// back puts a changed card in, also one that was out before.
func (s Single) back(err error) error {
	if err != nil {
		return err
	}
	return s.Drawer.Insert(s.ID, 0)
}

// then does something and answers with the state after it.
func (s Single) then(do func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := do(); err != nil {
			fail(w, err)
			return
		}
		s.show(w, r)
	}
}

func (s Single) show(w http.ResponseWriter, _ *http.Request) {
	for _, c := range s.Drawer.State().Cards {
		if c.ID == s.ID {
			reply(w, http.StatusOK, single{c.Reader != nil, c.Series, c.Protocol, c.ATR, c.TriesLeft, c.Faults})
			return
		}
	}
	fail(w, ErrUnknown)
}

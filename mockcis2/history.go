package mockcis2

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// Entry is one line of the diary: a request, or something that happened.
type Entry struct {
	At     time.Time  `json:"at"` // provider's clock
	Method string     `json:"method,omitempty"`
	Path   string     `json:"path,omitempty"`
	Form   url.Values `json:"form,omitempty"` // query and form; secrets are blanked
	Status int        `json:"status,omitempty"`
	Event  string     `json:"event,omitempty"`
}

// secrets are the parameters that never reach the diary.
var secrets = []string{"client_secret", "client_assertion", "code", "code_verifier", "ticket", "access_token", "id_token_hint", "state", "nonce"}

// longest is how many entries are kept.
const longest = 5000

type history []Entry

// History is the diary so far, oldest first.
func (s *Server) History() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Entry{}, s.history...)
}

// ForgetHistory empties the diary.
func (s *Server) ForgetHistory() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = nil
}

// RotateKey signs with the other published key from now on; the old one stays
// in the key set.
func (s *Server) RotateKey() { s.ring.Rotate(testpki.Published("signing")) }

func (s *Server) event(text string) { s.note(Entry{Event: text}) }

func (s *Server) note(e Entry) {
	e.At = s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.history) >= longest {
		s.history = slices.Clone(s.history[longest/2:])
	}
	s.history = append(s.history, e)
	s.wake()
}

// record writes every request into the diary.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form := s.read(r)
		seen := &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(seen, r)
		s.note(Entry{Method: r.Method, Path: r.URL.Path, Form: form, Status: seen.code})
	})
}

// read copies a form out of the request and puts the body back.
func (s *Server) read(r *http.Request) url.Values {
	form := r.URL.Query()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<16+1))
		rest := r.Body
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(raw), rest), rest}
		if posted, bad := url.ParseQuery(string(raw)); err == nil && bad == nil {
			for k, v := range posted {
				form[k] = append(form[k], v...)
			}
		}
	}
	for _, name := range secrets {
		if form.Has(name) {
			form.Set(name, "[blanked]")
		}
	}
	return form
}

type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

package mockcis2

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

// Entry is one line of the history: a request, or something that happened. The
// diary says more.
type Entry struct {
	At     time.Time  `json:"at"` // provider's clock
	Method string     `json:"method,omitempty"`
	Path   string     `json:"path,omitempty"`
	Form   url.Values `json:"form,omitempty"` // query and form; secrets are blanked
	Status int        `json:"status,omitempty"`
	Event  string     `json:"event,omitempty"`
	Tokens []string   `json:"tokens,omitempty"` // names of the tokens in the answer: access_token, id_token, refresh_token
}

// keyRotated is the event of a new signing key.
const keyRotated = "key rotated"

// open starts the diary. Its hashes are keyed by a stream of their own, so that
// with a seed they are the same in every run.
func (s *Server) open() error {
	key := make([]byte, 32)
	from := chance("")
	if s.Seed != "" {
		from = stream("diary of " + s.Seed)
	}
	if _, err := io.ReadFull(from, key); err != nil {
		return fmt.Errorf("key of the diary: %w", err)
	}
	s.diary = diary.New(diary.Settings{Now: s.now, Key: key, Limit: s.DiaryLimit})
	return nil
}

// Diary is everything that was asked and answered since Start, and nil before.
func (s *Server) Diary() *diary.Diary { return s.diary }

// History is the diary in short, oldest first.
func (s *Server) History() []Entry {
	out := []Entry{}
	if s.diary == nil {
		return out
	}
	for _, e := range s.diary.Entries() {
		form := maps.Clone(e.Query)
		for name, v := range e.Form {
			if form == nil {
				form = url.Values{}
			}
			form[name] = append(form[name][:len(form[name]):len(form[name])], v...)
		}
		out = append(out, Entry{At: e.At, Method: e.Method, Path: e.Path, Form: form, Status: e.Status(), Event: e.Event, Tokens: tokens(e)})
	}
	return out
}

// tokens are the names of those in an answer.
func tokens(e diary.Entry) (names []string) {
	for _, name := range []string{"access_token", "id_token", "refresh_token"} {
		if e.Got(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// ForgetHistory empties the diary.
func (s *Server) ForgetHistory() {
	if s.diary != nil {
		s.diary.Forget()
	}
}

// RotateKey signs with the other of two published keys from now on; the old one
// stays in the key set for two hours.
func (s *Server) RotateKey() {
	s.mu.Lock()
	s.rotations++
	name := []string{"provider", "signing"}[s.rotations%2]
	s.mu.Unlock()
	s.ring.Rotate(testpki.Published(name))
	s.event(keyRotated)
}

func (s *Server) event(text string) { s.diary.Event(text) }

func (s *Server) told(said, token string, t diary.Told) { s.diary.Tell(said, token, t) }

package diary

import (
	"encoding/json"
	"strings"
)

// LogoutEvent is what a logout token says has happened (OpenID Connect Back-Channel
// Logout 1.0 section 2.4).
const LogoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// Told is a logout token that was sent to an application, and what came back (OpenID
// Connect Back-Channel Logout 1.0 sections 2.4 to 2.8).
type Told struct {
	Client  string `json:"client"`
	Token   *Token `json:"token"`
	Hash    string `json:"hash"`             // of the whole token: equal tokens, equal hashes
	Signed  bool   `json:"signed,omitempty"` // by a key of the provider
	Event   bool   `json:"event,omitempty"`  // LogoutEvent is among its events
	Session string `json:"sid,omitempty"`    // hashed
	Status  int    `json:"status,omitempty"` // of the answer, HTTP; 0 is none
}

// Accepted says whether the application took it for a right one.
func (t *Told) Accepted() bool { return t.Status == 200 || t.Status == 204 }

// Tell writes down a logout token that was sent, as an event in words and in parts.
// Client, Signed and Status are the caller's, the rest is read from the token.
func (d *Diary) Tell(said, token string, t Told) {
	t.Token, t.Hash = d.peek(token, true), d.hashed(token)
	var more struct {
		Events  map[string]json.RawMessage `json:"events"`
		Session string                     `json:"sid"`
	}
	if parts := strings.Split(token, "."); len(parts) == 3 && decode(parts[1], nil, &more) {
		_, t.Event = more.Events[LogoutEvent]
		t.Session = d.hashed(more.Session)
	}
	defer d.wrote() // after the lock is gone
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write(Entry{At: d.now().UTC(), Event: said, Told: &t})
}

package login

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// browserState is what is known of one cookie.
type browserState struct {
	seen    time.Time // when its last transaction began
	session *session  // nil before anybody signed in
}

// session is one person at one browser.
type session struct {
	sid, cookie string
	person      people.Person
	way         string
	role        string
	at          time.Time         // when the person last signed in
	used        time.Time         // at any application
	clients     map[string]string // that the person went on to, with the last transaction there
}

// alive is the session's state on the provider's clock.
func (s *session) alive(now time.Time) bool {
	return s != nil && now.Before(s.ends())
}

// ends is when time ends the session, unless it is used.
func (s *session) ends() time.Time {
	idle, whole := s.used.Add(idleLife), s.at.Add(sessionLife)
	if whole.Before(idle) {
		return whole
	}
	return idle
}

// begin opens or renews the browser's session. Another card ends the session
// before it, and its role with it. l.mu is held.
func (l *Login) begin(t *transaction) {
	now := l.Now()
	b := l.browsers[t.browser]
	if b == nil {
		b = &browserState{}
		l.browsers[t.browser] = b
	}
	if !b.session.alive(now) || b.session.person.UUID != t.person.UUID {
		l.quit(b, "another person or a session that is over")
		b.session = &session{sid: l.token(), cookie: t.browser, clients: map[string]string{}}
	}
	s := b.session
	t.way = cmp.Or(t.way, t.ask.Ways[0]) // whoever completes without saying how
	s.person, s.way, s.at, s.used, b.seen = t.person, t.way, t.at, now, now
	t.sid = s.sid
	l.wake(s.ends())
}

// wake asks to be woken. l.mu is held.
func (l *Login) wake(at time.Time) {
	if l.Wake != nil {
		l.Wake(at)
	}
}

// Next is when Expire has something to do, zero when there is nothing to wait
// for.
func (l *Login) Next() (at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	for _, b := range l.browsers {
		if b.session != nil {
			sooner(b.session.ends())
		}
	}
	for _, d := range l.late {
		sooner(d.at)
	}
	return at
}

// quit ends the session at a browser, if there is one, and lets every
// application that was part of it know. l.mu is held.
func (l *Login) quit(b *browserState, why string) {
	if b == nil || b.session == nil {
		return
	}
	s := b.session
	b.session = nil
	l.Event("session of " + s.person.UUID + " ended: " + why)
	for _, id := range slices.Sorted(maps.Keys(s.clients)) {
		if c, ok := l.Engine.Client(id); ok && c.BackchannelLogoutURI != "" {
			l.tell(c, s.clients[id], s.person.UUID, s.sid)
		}
	}
}

// touch is use of a live session.
func (l *Login) touch(cookie string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.browsers[cookie]; b != nil && b.session != nil {
		b.session.used = l.Now()
	}
}

// joined notes that the person went on to an application, and the role taken
// there.
func (l *Login) joined(t *transaction, role string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.browsers[t.browser]
	if b == nil || b.session == nil || b.session.sid != t.sid {
		return
	}
	b.session.used = l.Now()
	b.session.clients[t.ask.Client.ID] = t.id
	if role != "" {
		b.session.role = role
	}
}

// Expire ends the sessions that time has ended, on the provider's clock: 15
// minutes unused, or 12 hours since the person signed in. Authorization requests
// do so every ten seconds, who moves the clock should, and who was asked to by
// Wake.
func (l *Login) Expire() { l.expireNow(true) }

func (l *Login) expireNow(always bool) {
	now := l.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !always && now.Sub(l.expired).Abs() < 10*time.Second {
		return
	}
	l.expired = now
	for _, b := range l.browsers {
		if b.session != nil && !b.session.alive(now) {
			l.quit(b, "time is up")
		}
	}
	l.overdue(now)
}

// EndSessions ends every session of one person, as when a card is revoked.
func (l *Login) EndSessions(uuid, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.browsers {
		if b.session != nil && b.session.person.UUID == uuid {
			l.quit(b, why)
		}
	}
}

// here is the live session of the browser that sent r.
func (l *Login) here(r *http.Request) (session, bool) {
	c, err := r.Cookie(l.cookieName())
	if err != nil {
		return session{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.browsers[c.Value]
	if b == nil || !b.session.alive(l.Now()) {
		return session{}, false
	}
	return *b.session, true
}

// leave ends the session with this sid.
func (l *Login) leave(s session, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.browsers[s.cookie]; b != nil && b.session != nil && b.session.sid == s.sid {
		l.quit(b, why)
	}
}

package login

import (
	"errors"
	"net/http"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// Begin answers a checked authorization request: from the session, where the
// same application has signed this person in already and asks for nothing
// fresher; else by the login page. A new application always asks again (design
// section 4 step 7). Source of the rest: OpenID Connect Core section 3.1.2.
func (l *Login) Begin(w http.ResponseWriter, r *http.Request, ask op.Ask) {
	l.expireNow(false)
	hint := op.Hint{}
	if ask.IDTokenHint != "" {
		var err error
		if hint, err = l.Ring.Hint(ask.IDTokenHint, l.Issuer); err != nil {
			l.Engine.Deny(w, r, ask, "invalid_request", err.Error()+".")
			return
		}
	}
	s, why := l.reusable(r, ask, hint)
	if slices.Contains(ask.Prompt, "none") {
		l.silently(w, r, ask, s, why)
		return
	}
	browser := l.browser(w, r)
	if l.silent(w, r, browser, ask) {
		return
	}
	t, err := l.open(browser, ask)
	if err != nil {
		l.Refuse(w, r, http.StatusInternalServerError, "server_error", "The provider made a mistake.")
		return
	}
	if why == "" && !slices.Contains(ask.Prompt, "login") {
		l.goOn(w, r, t, s)
		return
	}
	http.Redirect(w, r, l.Issuer+"/smartcard/login/"+t.id, http.StatusSeeOther)
}

// reusable is the browser's session if this request may go on with it, or why
// it may not.
func (l *Login) reusable(r *http.Request, ask op.Ask, hint op.Hint) (session, string) {
	c, err := r.Cookie(l.cookieName())
	if err != nil {
		return session{}, "Nobody is signed in at this browser."
	}
	l.mu.Lock()
	b := l.browsers[c.Value]
	if b != nil && !b.session.alive(l.Now()) {
		l.quit(b, "time is up")
	}
	if b == nil || b.session == nil {
		l.mu.Unlock()
		return session{}, "Nobody is signed in at this browser, or no longer."
	}
	s := *b.session
	_, known := s.clients[ask.Client.ID]
	l.mu.Unlock()
	age := l.Now().Sub(s.at)
	p, there := l.Person(s.person.UUID)
	switch {
	case !known:
		return s, "Every new application asks the person to sign in again."
	case !there || p.Revoked || p.Expired:
		return s, "The person or the card is no longer valid."
	case hint.Subject != "" && hint.Subject != s.person.UUID:
		return s, "Another person than that of id_token_hint is signed in."
	case !slices.Contains(ask.Ways, s.way):
		return s, "The person signed in by another way than acr_values asks for."
	case ask.MaxAge >= 0 && (age >= ask.MaxAge || age < 0):
		return s, "The person signed in longer ago than max_age."
	}
	return s, ""
}

// silently is prompt=none: a code at once, or the reason why not.
func (l *Login) silently(w http.ResponseWriter, r *http.Request, ask op.Ask, s session, why string) {
	if why != "" {
		l.Engine.Deny(w, r, ask, "login_required", why)
		return
	}
	offer, role := choices(ask, s.person, s.role)
	if len(offer) > 0 {
		l.Engine.Deny(w, r, ask, "interaction_required", "The person has to select a role.")
		return
	}
	l.touch(s.cookie)
	l.Engine.Grant(w, r, ask, l.grant(s, role))
}

// goOn goes on with a live session: by a page where something is to be
// decided, else at once.
func (l *Login) goOn(w http.ResponseWriter, r *http.Request, t *transaction, s session) {
	l.mu.Lock()
	t.state, t.person, t.way, t.at, t.sid = completed, s.person, s.way, s.at, s.sid
	l.mu.Unlock()
	l.joined(t, "")
	offer, role := choices(t.ask, s.person, s.role)
	asked := slices.Contains(t.ask.Prompt, "consent") || slices.Contains(t.ask.Prompt, "select_account")
	if len(offer) > 0 || asked {
		http.Redirect(w, r, l.Issuer+"/smartcard/continue/"+t.id, http.StatusSeeOther)
		return
	}
	if l.end(t) {
		l.Engine.Grant(w, r, t.ask, l.grant(s, role))
	}
}

func (l *Login) grant(s session, role string) op.Grant {
	return op.Grant{Person: s.person, SID: s.sid, At: s.at, AMR: []string{s.way}, Level: op.Level(s.way), Role: role, Audit: l.audit(), Ops: l.token()}
}

// silent is the fault silent-second-application.
func (l *Login) silent(w http.ResponseWriter, r *http.Request, browser string, ask op.Ask) bool {
	if !l.Faults.On(r.Context(), fault.SilentSecondApplication) {
		return false
	}
	l.mu.Lock()
	b := l.browsers[browser]
	if b == nil || b.session == nil {
		l.mu.Unlock()
		return false
	}
	s := *b.session
	l.mu.Unlock()
	l.Engine.Grant(w, r, ask, l.grant(s, s.role))
	return true
}

func (l *Login) open(browser string, ask op.Ask) (*transaction, error) {
	id, nonce := l.token(), l.token()
	if id == "" || nonce == "" {
		return nil, errors.New("no randomness")
	}
	now := l.Now()
	t := &transaction{id: id, browser: browser, nonce: nonce, ask: ask, state: waiting, ends: now.Add(requestLife)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	l.transactions[id] = t
	return t, nil
}

// end marks a completed transaction as over; false when it was not, so that of
// two forms one goes on.
func (l *Login) end(t *transaction) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.state != completed {
		return false
	}
	l.conclude(t)
	return true
}

// conclude remembers that t is over. l.mu is held.
func (l *Login) conclude(t *transaction) {
	if t.state != ended {
		t.state = ended
		l.over = append(l.over, t.id)
	}
}

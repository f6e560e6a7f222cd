package login

import (
	"net/http"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// complete is POST {issuer}/smartcard/complete (PROTOCOL section 8). Whatever
// happens, the ticket is burnt.
func (l *Login) complete(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	value := r.PostFormValue("ticket")
	cookie := ""
	if c, err := r.Cookie(l.cookieName()); err == nil {
		cookie = c.Value
	}
	t := l.redeem(value, cookie)
	if t == nil {
		l.Event("completion refused")
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or its ticket is used or too old. Start again from your application.")
		return
	}
	if t.browser != cookie { // only by fault: the page that follows needs a cookie
		http.SetCookie(w, &http.Cookie{Name: l.cookieName(), Value: t.browser, Path: "/", HttpOnly: true, Secure: l.https(), SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, l.Issuer+"/smartcard/continue/"+t.id, http.StatusSeeOther)
}

func (l *Login) redeem(value, cookie string) *transaction {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Now()
	k, ok := l.tickets[value]
	if !ok {
		return nil
	}
	again := k.used && !l.Faults.On(fault.TicketReusable)
	k.used = true
	t := k.tx
	live := t.state == proved || l.Faults.On(fault.TicketReusable) && (t.state == completed || t.state == ended)
	browser := cookie != "" && cookie == t.browser || l.Faults.On(fault.TicketWithoutCookie)
	if again || !live || !browser || !now.Before(k.ends) {
		if t.state == proved {
			t.state = failed
		}
		return nil
	}
	t.state = completed
	l.begin(t)
	return t
}

// begin opens or renews the browser's session. Another card ends the session
// before it, and its role with it. l.mu is held.
func (l *Login) begin(t *transaction) {
	now := l.Now()
	s := l.browsers[t.browser]
	if !s.alive(now) || s.person.UUID != t.person.UUID {
		if s != nil {
			l.Event("session of " + s.person.UUID + " ended")
		}
		s = &session{sid: l.token(), person: t.person, began: now}
		l.browsers[t.browser] = s
	}
	s.used = now
	t.sid = s.sid
}

// proceed is the form of the page "Signed in as".
func (l *Login) proceed(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	t, ok := l.mine(r, r.PathValue("id"))
	if !ok || t.state != completed {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or has ended.")
		return
	}
	if r.PostFormValue("action") == "not-you" {
		l.notYou(w, r, t)
		return
	}
	role, ok := l.chosen(t, r.PostFormValue("role"))
	if !ok {
		l.showRoles(w, r, t, "Select a role to continue.")
		return
	}
	l.finish(w, r, t, role)
}

// finish ends a completed transaction with a code, once.
func (l *Login) finish(w http.ResponseWriter, r *http.Request, t *transaction, role string) {
	l.mu.Lock()
	over := t.state != completed
	t.state = ended
	if s := l.browsers[t.browser]; s != nil && role != "" {
		s.role = role
	}
	l.mu.Unlock()
	if over {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in has ended.")
		return
	}
	l.Event("signed in " + t.person.UUID)
	l.Engine.Grant(w, r, t.ask, op.Grant{Person: t.person, SID: t.sid, At: t.at, Role: role, Audit: l.audit(), Ops: l.token()})
}

// notYou ends the session and starts again, with a new transaction.
func (l *Login) notYou(w http.ResponseWriter, r *http.Request, t *transaction) {
	l.mu.Lock()
	t.state = ended
	l.browsers[t.browser] = nil
	l.mu.Unlock()
	l.Event("not you: session of " + t.person.UUID + " ended")
	fresh, err := l.open(t.browser, t.ask)
	if err != nil {
		l.Refuse(w, r, http.StatusInternalServerError, "server_error", "The provider made a mistake.")
		return
	}
	http.Redirect(w, r, l.Issuer+"/smartcard/login/"+fresh.id, http.StatusSeeOther)
}

package login

import (
	"context"
	"net/http"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// complete is POST {issuer}/smartcard/complete (PROTOCOL section 8). Whatever
// happens to a form that can be read, its ticket is burnt.
func (l *Login) complete(w http.ResponseWriter, r *http.Request) {
	form, ok := l.form(w, r, false)
	if !ok {
		return
	}
	cookie := ""
	if c, err := r.Cookie(l.cookieName()); err == nil {
		cookie = c.Value
	}
	t := l.redeem(r.Context(), form.Get("ticket"), cookie)
	if t == nil {
		l.Event("completion refused")
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or its ticket is used or too old. Start again from your application.")
		return
	}
	if t.browser != cookie { // only by fault: the page that follows needs a cookie
		http.SetCookie(w, l.cookie(t.browser))
	}
	http.Redirect(w, r, l.Issuer+"/smartcard/continue/"+t.id, http.StatusSeeOther)
}

func (l *Login) redeem(ctx context.Context, value, cookie string) *transaction {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Now()
	k, ok := l.tickets[value]
	if !ok {
		return nil
	}
	again := k.used && !l.Faults.On(ctx, fault.TicketReusable)
	k.used = true
	t := k.tx
	live := t.state == proved || l.Faults.On(ctx, fault.TicketReusable) && (t.state == completed || t.state == ended)
	browser := cookie != "" && cookie == t.browser || l.Faults.On(ctx, fault.TicketWithoutCookie)
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

// proceed is the form of the page "Signed in as".
func (l *Login) proceed(w http.ResponseWriter, r *http.Request) {
	form, ok := l.form(w, r, false)
	if !ok {
		return
	}
	t, ok := l.mine(r, r.PathValue("id"))
	if !ok || l.stateOf(t) != completed {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or has ended.")
		return
	}
	switch form.Get("action") {
	case "not-you":
		l.notYou(w, r, t)
		return
	case "", "continue":
	default:
		l.Refuse(w, r, http.StatusBadRequest, "invalid_request", "The form is not that of the page.")
		return
	}
	role, ok := l.chosen(t, form.Get("role"))
	if !ok {
		l.showRoles(w, t, "Select a role to continue.")
		return
	}
	l.finish(w, r, t, role)
}

// finish ends a completed transaction with a code, once.
func (l *Login) finish(w http.ResponseWriter, r *http.Request, t *transaction, role string) {
	if !l.end(t) {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in has ended.")
		return
	}
	l.joined(t, role)
	l.Event("signed in " + t.person.UUID)
	l.Engine.Grant(w, r, t.ask, op.Grant{Person: t.person, SID: t.sid, At: t.at, AMR: []string{t.way}, Level: op.Level(t.way), Role: role, Audit: l.audit(), Ops: l.token()})
}

// notYou ends the session and starts again, with a new transaction.
func (l *Login) notYou(w http.ResponseWriter, r *http.Request, t *transaction) {
	if !l.end(t) {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in has ended.")
		return
	}
	l.mu.Lock()
	l.quit(l.browsers[t.browser], "not you")
	l.mu.Unlock()
	fresh, err := l.open(t.browser, t.ask)
	if err != nil {
		l.Refuse(w, r, http.StatusInternalServerError, "server_error", "The provider made a mistake.")
		return
	}
	http.Redirect(w, r, l.Issuer+"/smartcard/login/"+fresh.id, http.StatusSeeOther)
}

package login

import (
	"net/http"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// offered are the roles to choose from: none when the application did not ask,
// when there are none, when one is chosen silently, or when the session has a
// role and the application does not want it changed.
func (l *Login) offered(t *transaction) (offer []people.Role, silent string) {
	change := slices.Contains(t.ask.Scopes, "changedrole")
	if !change && !slices.Contains(t.ask.Scopes, "selectedrole") || len(t.person.Roles) == 0 {
		return nil, ""
	}
	if len(t.person.Roles) == 1 {
		return nil, t.person.Roles[0].PersonRoleID
	}
	l.mu.Lock()
	s := l.browsers[t.browser]
	l.mu.Unlock()
	if s != nil && !change {
		if r, ok := t.person.Role(s.role); ok {
			return nil, r.PersonRoleID
		}
	}
	return t.person.Roles, ""
}

// chosen is the role to go on with; false when one must be chosen first.
func (l *Login) chosen(t *transaction, id string) (string, bool) {
	offer, silent := l.offered(t)
	if len(offer) == 0 {
		return silent, true
	}
	_, ok := t.person.Role(id)
	return id, ok
}

// roles is the page "Signed in as".
func (l *Login) roles(w http.ResponseWriter, r *http.Request) {
	t, ok := l.mine(r, r.PathValue("id"))
	if !ok || t.state != completed {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or has ended.")
		return
	}
	l.showRoles(w, r, t, "")
}

func (l *Login) showRoles(w http.ResponseWriter, _ *http.Request, t *transaction, problem string) {
	offer, silent := l.offered(t)
	role, _ := t.person.Role(silent)
	l.render(w, http.StatusOK, "continue", t, map[string]any{"ID": t.id, "Name": t.person.Name(), "UUID": t.person.UUID,
		"Client": t.ask.Client.Name, "Roles": offer, "Search": len(offer) > 5, "Role": role, "Problem": problem})
}

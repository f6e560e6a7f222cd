package login

import (
	"net/http"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// searchFrom is how many roles need a search box (facts on CIS2 section 1.8).
const searchFrom = 6

// choices are the roles to choose from: none when the application did not ask,
// when there are none, when one is chosen silently, or when the session has a
// role and the application does not want it changed.
func choices(ask op.Ask, p people.Person, current string) (offer []people.Role, silent string) {
	change := slices.Contains(ask.Scopes, "changedrole")
	if !change && !slices.Contains(ask.Scopes, "selectedrole") || len(p.Roles) == 0 {
		return nil, ""
	}
	if len(p.Roles) == 1 {
		return nil, p.Roles[0].PersonRoleID
	}
	if r, ok := p.Role(current); ok && !change {
		return nil, r.PersonRoleID
	}
	return p.Roles, ""
}

// current is the role that the session of t has.
func (l *Login) current(t *transaction) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.browsers[t.browser]; b != nil && b.session != nil {
		return b.session.role
	}
	return ""
}

// offered are the choices of a sign-in under way.
func (l *Login) offered(t *transaction) (offer []people.Role, silent string) {
	return choices(t.ask, t.person, l.current(t))
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
	if !ok || l.stateOf(t) != completed {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or has ended.")
		return
	}
	l.showRoles(w, t, "")
}

// choice is one role on the page.
type choice struct {
	people.Role
	Where   string
	Current bool
}

func (l *Login) showRoles(w http.ResponseWriter, t *transaction, problem string) {
	current := l.current(t)
	offer, silent := choices(t.ask, t.person, current)
	var shown []choice
	for _, r := range offer {
		shown = append(shown, choice{r, t.person.OrgName(r.OrgCode), r.PersonRoleID == current})
	}
	role, _ := t.person.Role(silent)
	l.render(w, http.StatusOK, "continue", t.ask.Home(), map[string]any{"ID": t.id, "Name": t.person.Name(), "UUID": t.person.UUID,
		"Client": t.ask.Client.Name, "Roles": shown, "Search": len(offer) >= searchFrom, "Role": role, "Where": t.person.OrgName(role.OrgCode),
		"Card": isCard(t.way), "Offline": slices.Contains(t.ask.Scopes, "offline_access"), "Problem": problem})
}

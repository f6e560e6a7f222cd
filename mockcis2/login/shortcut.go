package login

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Why a shortcut is refused. Errors of Shortcut wrap one of these.
var (
	ErrUnknown = errors.New("not known here")
	ErrOver    = errors.New("this sign-in is over, or further than the card")
	ErrRefused = errors.New("this person cannot sign in so")
)

// Shortcut takes it as proved that uuid is there, by the first way of the
// request that the person has, and the role as chosen, without card, agent or
// page: the control door's way, for tests of applications. It answers with the
// URL at which the browser that began goes on; another browser is refused there.
// An empty role is the one that is chosen silently.
func (l *Login) Shortcut(id, uuid, role string) (string, error) {
	person, ok := l.Person(uuid)
	if !ok {
		return "", fmt.Errorf("%w: nobody has the UUID %q", ErrUnknown, uuid)
	}
	trial, err := l.trial(id)
	if err != nil {
		return "", err
	}
	trial.person = person
	if trial.way, err = way(&trial); err != nil {
		return "", err
	}
	if trial.role, err = l.pick(&trial, role); err != nil {
		return "", err
	}
	return l.Issuer + "/smartcard/resume/" + id, l.shorten(&trial)
}

// way is the first of the request's ways that the person has.
func way(t *transaction) (string, error) {
	i := slices.IndexFunc(t.ask.Ways, t.person.Can)
	switch {
	case i < 0:
		return "", fmt.Errorf("%w: %s has none of the ways that %s asks for", ErrRefused, t.person.UUID, t.ask.ACR)
	case isCard(t.ask.Ways[i]) && t.person.Revoked:
		return "", fmt.Errorf("%w: the card of %s is revoked", ErrRefused, t.person.UUID)
	case isCard(t.ask.Ways[i]) && t.person.Expired:
		return "", fmt.Errorf("%w: the card of %s is out of date", ErrRefused, t.person.UUID)
	}
	return t.ask.Ways[i], nil
}

// trial is a copy of a transaction that waits for its card.
func (l *Login) trial(id string) (transaction, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.transactions[id]
	switch {
	case !ok:
		return transaction{}, fmt.Errorf("%w: transaction %q", ErrUnknown, id)
	case t.state != waiting || !l.Now().Before(t.ends):
		return transaction{}, ErrOver
	}
	return *t, nil
}

// pick is the role that the page would have let this person choose.
func (l *Login) pick(t *transaction, role string) (string, error) {
	offer, silent := l.offered(t)
	if len(offer) == 0 {
		if role != "" && role != silent {
			return "", fmt.Errorf("%w: no choice of roles is offered; leave role out", ErrRefused)
		}
		return silent, nil
	}
	var ids []string
	for _, r := range offer {
		if r.PersonRoleID == role {
			return role, nil
		}
		ids = append(ids, r.PersonRoleID)
	}
	return "", fmt.Errorf("%w: role must be one of %s", ErrRefused, strings.Join(ids, ", "))
}

// shorten makes the transaction what its trial came to, once.
func (l *Login) shorten(trial *transaction) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.transactions[trial.id]
	if !ok || t.state != waiting {
		return ErrOver
	}
	t.state, t.person, t.way, t.at, t.role, t.shortcut = completed, trial.person, trial.way, l.Now(), trial.role, true
	l.begin(t)
	l.Event("control completed " + t.id + " as " + t.person.UUID)
	return nil
}

// resume is GET {issuer}/smartcard/resume/{id}: the page after a shortcut.
func (l *Login) resume(w http.ResponseWriter, r *http.Request) {
	t, ok := l.mine(r, r.PathValue("id"))
	if !ok || l.stateOf(t) != completed || !t.shortcut {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or was not completed through the control door.")
		return
	}
	l.finish(w, r, t, t.role)
}

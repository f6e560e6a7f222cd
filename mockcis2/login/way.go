package login

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// mostTries is how often a page lets a person try.
const mostTries = 5

// wayPage is what the page of a way without a card shows. The phone and the
// security key are pretended: pressing the button is touching them.
type wayPage struct {
	Title, Hint, User, Button string
	Password, Code            bool
}

var wayPages = map[string]wayPage{
	op.WayPassword: {Title: "Sign in with your user name and password", User: "User name", Button: "Sign in", Password: true},
	op.WayTOTP: {Title: "Sign in with your password and a code", User: "User name", Button: "Sign in", Password: true, Code: true,
		Hint: "The code is the six digits that your authenticator app shows now."},
	op.WayNHSmail: {Title: "Sign in with your NHSmail account", User: "NHSmail address", Button: "Sign in", Password: true},
	op.WayFIDO2: {Title: "Sign in with your security key", User: "User name", Button: "Use security key",
		Hint: "This test service pretends the key: pressing the button is touching it."},
	op.WayIOS: {Title: "Sign in with the NHS Care app", User: "User name", Button: "Approve on the phone",
		Hint: "This test service pretends the phone: pressing the button is approving."},
}

// wayLinks are what people read where they can choose.
var wayLinks = map[string]string{op.WaySmartcard: "Smartcard", op.WayPassword: "User name and password", op.WayTOTP: "Password and a code from an app",
	op.WayNHSmail: "NHSmail account", op.WayFIDO2: "Security key", op.WayIOS: "NHS Care app on a phone"}

// isCard says whether the way is by a card, which only the agent can prove.
func isCard(way string) bool { return way == op.WaySmartcard || way == op.WayLegacy }

// cardWay is the way by card that this request takes, or nothing.
func cardWay(ask op.Ask) string {
	if i := slices.IndexFunc(ask.Ways, isCard); i >= 0 {
		return ask.Ways[i]
	}
	return ""
}

// Serves says whether a value of acr_values can be reached here: somebody has
// what it takes, and AAL1_USERPASS stays out of live and dep.
func (l *Login) Serves(acr op.ACR) bool {
	if acr.TestOnly && (l.Environment == "live" || l.Environment == "dep") {
		return false
	}
	if slices.ContainsFunc(acr.Ways, isCard) {
		return true
	}
	everybody := l.Everybody()
	return slices.ContainsFunc(acr.Ways, func(way string) bool {
		return slices.ContainsFunc(everybody, func(p people.Person) bool { return p.Can(way) })
	})
}

// identify is the form of a page for a way without a card.
func (l *Login) identify(w http.ResponseWriter, r *http.Request) {
	form, ok := l.form(w, r, false)
	if !ok {
		return
	}
	t, there := l.mine(r, r.PathValue("id"))
	if !there || l.stateOf(t) != waiting || !l.Now().Before(t.ends) {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or has ended.")
		return
	}
	way := form.Get("way")
	if isCard(way) || !slices.Contains(t.ask.Ways, way) {
		l.Refuse(w, r, http.StatusBadRequest, "invalid_request", "This sign-in cannot be done that way.")
		return
	}
	person, why := l.known(way, form)
	if why != "" {
		l.tryAgain(w, t, way, form.Get("username"), why)
		return
	}
	if !l.accept(t, person, way) {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in has ended.")
		return
	}
	l.Event(way + " of " + person.UUID + " accepted")
	http.Redirect(w, r, l.Issuer+"/smartcard/continue/"+t.id, http.StatusSeeOther)
}

// known is the person with these credentials. Why not is never more precise
// than the credentials of a stranger may learn.
func (l *Login) known(way string, form url.Values) (people.Person, string) {
	const no = "The user name or what you signed in with is not right."
	name := strings.TrimSpace(form.Get("username"))
	if name == "" {
		return people.Person{}, "Enter your user name."
	}
	p, ok := l.Person(name)
	if !ok {
		everybody := l.Everybody()
		i := slices.IndexFunc(everybody, func(p people.Person) bool { return p.Email != "" && strings.EqualFold(p.Email, name) })
		if i < 0 {
			return people.Person{}, no
		}
		p = everybody[i]
	}
	page := wayPages[way]
	switch {
	case !p.Can(way):
		return people.Person{}, no
	case page.Password && subtle.ConstantTimeCompare([]byte(p.Password), []byte(form.Get("password"))) != 1:
		return people.Person{}, no
	case page.Code && !l.fresh(p, form.Get("code")):
		return people.Person{}, "The user name, password or code is not right. A code works once, for about a minute."
	}
	return p, ""
}

// accept signs the person in, once.
func (l *Login) accept(t *transaction, p people.Person, way string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.state != waiting {
		return false
	}
	t.state, t.person, t.way, t.at = completed, p, way, l.Now()
	l.begin(t)
	return true
}

// tryAgain shows the page once more; after the last try the sign-in is over.
func (l *Login) tryAgain(w http.ResponseWriter, t *transaction, way, name, why string) {
	l.mu.Lock()
	t.tries++
	if t.tries >= mostTries {
		t.state, t.failure = failed, statusWrongPasscode
	}
	over := t.state != waiting
	l.mu.Unlock()
	if over {
		l.showLogin(w, t)
		return
	}
	l.showWay(w, http.StatusOK, t, way, name, why)
}

// fresh checks a code of this or a neighbouring half-minute that was not used
// before (RFC 6238 sections 4.2 and 5.2).
func (l *Login) fresh(p people.Person, code string) bool {
	key, err := base32.StdEncoding.DecodeString(p.TOTPSecret)
	if err != nil || len(key) == 0 {
		return false
	}
	now := l.Now().Unix() / 30
	l.mu.Lock()
	defer l.mu.Unlock()
	for step := now - 1; step <= now+1; step++ {
		if step > l.codes[p.UUID] && subtle.ConstantTimeCompare([]byte(totp(key, step)), []byte(code)) == 1 {
			l.codes[p.UUID] = step
			return true
		}
	}
	return false
}

// totp is six digits (RFC 4226 section 5.3).
func totp(key []byte, step int64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash cannot fail
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1000000)
}

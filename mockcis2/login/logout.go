package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// endSession is {issuer}/connect/endSession (OpenID Connect RP-Initiated Logout
// 1.0; the path is that of CIS2's platform). A request that is wrong in any way
// ends nothing and redirects nowhere. Without a hint that names the session the
// person is asked first.
func (l *Login) endSession(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		l.Refuse(w, r, http.StatusMethodNotAllowed, "invalid_request", "Only GET and POST are answered here.")
		return
	}
	form, ok := l.form(w, r, r.Method == http.MethodGet)
	if !ok {
		return
	}
	hint, why := l.logoutHint(form)
	var to string
	if why == "" {
		to, why = l.logoutTarget(form, hint)
	}
	if why != "" {
		l.Refuse(w, r, http.StatusBadRequest, "invalid_request", why)
		return
	}
	s, live := l.here(r)
	meant := live && hint.Subject == s.person.UUID && (hint.SID == "" || hint.SID == s.sid)
	if live && !meant && !(r.Method == http.MethodPost && subtle.ConstantTimeCompare([]byte(form.Get("confirm")), []byte(confirmation(s))) == 1) {
		l.askLogout(w, form, s)
		return
	}
	if live {
		l.leave(s, "signed out at "+hint.Client)
	}
	if to == "" {
		l.render(w, http.StatusOK, "signedout", "", map[string]any{})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// logoutHint is whom the request is about: id_token_hint, client_id, or nobody.
func (l *Login) logoutHint(form url.Values) (op.Hint, string) {
	hint := op.Hint{Client: form.Get("client_id")}
	if token := form.Get("id_token_hint"); token != "" {
		h, err := l.Ring.Hint(token, l.Issuer)
		if err != nil {
			return hint, err.Error() + "."
		}
		if hint.Client != "" && hint.Client != h.Client {
			return hint, "client_id is not the client of id_token_hint."
		}
		hint = h
	}
	if hint.Client == "" {
		return hint, ""
	}
	if _, known := l.Engine.Client(hint.Client); !known {
		return hint, "The client is unknown."
	}
	return hint, ""
}

// logoutTarget is where the browser goes afterwards: an address that the client
// registered, letter by letter, with state; or nowhere.
func (l *Login) logoutTarget(form url.Values, hint op.Hint) (to, why string) {
	want := form.Get("post_logout_redirect_uri")
	if want == "" {
		return "", ""
	}
	if hint.Client == "" {
		return "", "post_logout_redirect_uri needs id_token_hint or client_id."
	}
	c, _ := l.Engine.Client(hint.Client)
	u, err := url.Parse(want)
	if err != nil || !slices.Contains(c.PostLogoutRedirectURIs, want) {
		return "", "post_logout_redirect_uri is not registered for this client."
	}
	if state := form.Get("state"); state != "" {
		q := u.Query()
		q.Set("state", state)
		u.RawQuery = q.Encode()
	}
	return u.String(), ""
}

// askLogout lets the person decide. The form repeats the request; its confirm
// value is known to this browser's page only.
func (l *Login) askLogout(w http.ResponseWriter, form url.Values, s session) {
	repeat := map[string]string{}
	for _, name := range []string{"id_token_hint", "client_id", "post_logout_redirect_uri", "state"} {
		if v := form.Get(name); v != "" {
			repeat[name] = v
		}
	}
	home := ""
	if u, err := url.Parse(form.Get("post_logout_redirect_uri")); err == nil && u.Host != "" {
		home = u.Scheme + "://" + u.Host
	}
	l.render(w, http.StatusOK, "signout", home, map[string]any{"Name": s.person.Name(), "Repeat": repeat, "Confirm": confirmation(s), "Action": l.Issuer + "/connect/endSession"})
}

// confirmation comes from the cookie, which no other page can read.
func confirmation(s session) string {
	sum := sha256.Sum256([]byte("sign out " + s.cookie))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

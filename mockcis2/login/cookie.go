package login

import (
	"net/http"
	"time"
)

// cookieName has the __Host- prefix where there is TLS (RFC 6265bis section
// 4.1.3). Cookies ignore ports, so the plain name carries our role.
func (l *Login) cookieName() string {
	if l.https() {
		return "__Host-cis2-browser"
	}
	return "mockcis2-browser"
}

// browser is the cookie of this browser; one we did not give is replaced.
func (l *Login) browser(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(l.cookieName()); err == nil {
		l.mu.Lock()
		_, known := l.browsers[c.Value]
		l.mu.Unlock()
		if known {
			return c.Value
		}
	}
	value := l.token() + l.token()
	l.mu.Lock()
	l.browsers[value] = nil
	l.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: l.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: l.https(), SameSite: http.SameSiteLaxMode})
	return value
}

// mine finds a transaction and insists on the cookie of its browser.
func (l *Login) mine(r *http.Request, id string) (*transaction, bool) {
	c, err := r.Cookie(l.cookieName())
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.transactions[id]
	return t, ok && err == nil && c.Value == t.browser && c.Value != ""
}

// alive is the session's state on the provider's clock.
func (s *session) alive(now time.Time) bool {
	return s != nil && now.Sub(s.used) < idleLife && now.Sub(s.began) < sessionLife
}

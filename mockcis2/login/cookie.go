package login

import "net/http"

// cookieName has the __Host- prefix where there is TLS (RFC 6265bis section
// 4.1.3). Cookies ignore ports, so the plain name carries our role.
func (l *Login) cookieName() string {
	if l.https() {
		return "__Host-cis2-browser"
	}
	return "mockcis2-browser"
}

func (l *Login) cookie(value string) *http.Cookie {
	return &http.Cookie{Name: l.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: l.https(), SameSite: http.SameSiteLaxMode}
}

// browser is the cookie of this browser; one we did not give is replaced.
func (l *Login) browser(w http.ResponseWriter, r *http.Request) string {
	now := l.Now()
	if c, err := r.Cookie(l.cookieName()); err == nil {
		l.mu.Lock()
		b, known := l.browsers[c.Value]
		if known {
			b.seen = now
		}
		l.mu.Unlock()
		if known {
			return c.Value
		}
	}
	value := l.token() + l.token()
	l.mu.Lock()
	l.browsers[value] = &browserState{seen: now}
	l.mu.Unlock()
	http.SetCookie(w, l.cookie(value))
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

func (l *Login) stateOf(t *transaction) state {
	l.mu.Lock()
	defer l.mu.Unlock()
	return t.state
}

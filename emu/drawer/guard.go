package drawer

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"errors"
	"html/template"
	"net"
	"net/http"
)

// tokenHeader carries the secret that only the page knows.
const tokenHeader = "X-Drawer-Token"

//go:embed page.html
var pageSource string

// guard lets programs in and of browsers only the drawer's own page. A foreign
// page is told by Origin or Sec-Fetch-Site, and cannot read the token that every
// request from a browser must carry; a foreign name that resolves to this
// machine (DNS rebinding) is told by Host.
type guard struct {
	next  http.Handler
	token string
	html  *template.Template
}

func newGuard(next http.Handler) *guard {
	return &guard{next: next, token: rand.Text(), html: template.Must(template.New("page").Parse(pageSource))}
}

// ServeHTTP refuses or passes on.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if err := g.check(r); err != nil {
		refuse(w, http.StatusForbidden, err)
		return
	}
	g.next.ServeHTTP(w, r)
}

// check is why a request is refused, or nil.
func (g *guard) check(r *http.Request) error {
	if !literal(r.Host) {
		return errors.New("this door answers to its loopback address only")
	}
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	if origin == "" && site == "" {
		return nil // a program
	}
	if r.Method == http.MethodGet && r.URL.Path == "/" && origin == "" && (site == "none" || site == "same-origin") {
		return nil // a person opens the page
	}
	foreign := (origin != "" && origin != "http://"+r.Host) || (site != "" && site != "same-origin")
	if foreign || subtle.ConstantTimeCompare([]byte(r.Header.Get(tokenHeader)), []byte(g.token)) != 1 {
		return errors.New("this door is not for browsers, but for its own page")
	}
	return nil
}

// literal reports whether a Host is a loopback address or localhost, with or
// without a port: no name that somebody else could point here.
func literal(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || (ip != nil && ip.IsLoopback())
}

// page is the page with the token in it, for no frame and with nothing from
// elsewhere.
func (g *guard) page(w http.ResponseWriter, _ *http.Request) {
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_ = g.html.Execute(w, struct{ Nonce, Token string }{nonce, g.token})
}

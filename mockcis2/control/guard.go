package control

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"errors"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
)

// tokenHeader carries the secret that only the console knows.
const tokenHeader = "X-Control-Token"

//go:embed console.html
var consoleSource string

var console = template.Must(template.New("console").Parse(consoleSource))

// guard lets programs in, and of browsers only the console. A foreign page is
// told by Origin or Sec-Fetch-Site, and cannot read the token that every
// request of the console carries; a foreign name that resolves to this machine
// (DNS rebinding) is told by Host.
type guard struct {
	next  http.Handler
	token string
}

// ServeHTTP refuses or passes on.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !literal(r.Host) {
		client.Refuse(w, http.StatusMisdirectedRequest, errors.New("Host is not this machine's loopback address"))
		return
	}
	if err := g.browser(r); err != nil {
		client.Refuse(w, http.StatusForbidden, err)
		return
	}
	if err := readable(r.URL.RawQuery); err != nil {
		client.Refuse(w, http.StatusBadRequest, err)
		return
	}
	g.next.ServeHTTP(w, r)
}

// readable is why a query is refused: it is malformed, or a parameter is there
// twice and it would be chance which of them counts.
func readable(query string) error {
	if query == "" {
		return nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("the query of the address cannot be read")
	}
	for _, v := range values {
		if len(v) > 1 {
			return errors.New("a parameter of the address is there more than once")
		}
	}
	return nil
}

// browser is why a page's request is refused; nil for the console and for
// programs, which send neither Origin nor Sec-Fetch-Site.
func (g *guard) browser(r *http.Request) error {
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	if origin == "" && site == "" {
		return nil
	}
	if origin == "" && r.Method == http.MethodGet && (opened[r.URL.Path] || strings.HasPrefix(r.URL.Path, "/report/")) && (site == "none" || site == "same-origin") {
		return nil // a person opens it
	}
	foreign := origin != "" && origin != "http://"+r.Host || site != "" && site != "same-origin"
	if foreign || subtle.ConstantTimeCompare([]byte(r.Header.Get(tokenHeader)), []byte(g.token)) != 1 {
		return errors.New("this door is not for browsers, but for its own console")
	}
	return nil
}

// opened are the paths that a person may open in a browser.
var opened = map[string]bool{"/": true, "/openapi.yaml": true, "/docs": true, "/report": true, "/diary.har": true, "/diary.jsonl": true}

// literal reports whether a Host is a loopback address or localhost, with or
// without a port: no name that somebody else could point here.
func literal(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// page is the console with the token in it, for no frame and with nothing from
// elsewhere.
func (g *guard) page(w http.ResponseWriter, _ *http.Request) {
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_ = console.Execute(w, struct{ Nonce, Token string }{nonce, g.token}) // a reader that went away is no error of ours
}

package wall

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
)

// policy lets a page have its own styles, script and stream, and nothing else.
const policy = "default-src 'none'; connect-src 'self'; img-src data:; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard is before everything: names that somebody else could point here (DNS
// rebinding) are refused by Host, what a foreign page sends by Sec-Fetch-Site or
// Origin, and nothing is kept, framed or guessed at.
func (d *door) guard(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, errors.New("this comes from another site's page"))
	}))
	inner := foreign.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", policy)
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !d.ours(r.Host) {
			refuse(w, http.StatusMisdirectedRequest, errors.New("the hub is not called by this name: its settings say which it has"))
			return
		}
		if site := r.Header.Get("Sec-Fetch-Site"); strings.HasPrefix(r.URL.Path, "/api/") && site != "" && site != "same-origin" && site != "none" {
			refuse(w, http.StatusForbidden, errors.New("this comes from another site's page"))
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// ours says whether a Host is a name of the hub, or a loopback address.
func (d *door) ours(host string) bool {
	if slices.Contains(d.Hosts, host) {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// address is where a request comes from, without its port.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func local(r *http.Request) bool {
	ip := net.ParseIP(address(r))
	return ip != nil && ip.IsLoopback()
}

// role lets in who has a role; a browser that has none goes to the login first.
func (d *door) role(needs account.Role, do func(http.ResponseWriter, *http.Request, who)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		is, ok := d.who(r)
		page := !strings.HasPrefix(r.URL.Path, "/api/")
		switch {
		case !ok && page:
			http.Redirect(w, r, "/login?to="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
		case !ok:
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, errors.New("log in first"))
		case !is.Role.May(needs):
			refuse(w, http.StatusForbidden, errors.New("this needs the role "+string(needs)+"; "+is.Name+" is "+string(is.Role)))
		case r.Method != http.MethodGet && !is.proves(r):
			refuse(w, http.StatusForbidden, errors.New("this does not come from the hub's own page; load it again"))
		default:
			do(w, r, is)
		}
	}
}

// metrics are for scrapers.
func (d *door) metrics(w http.ResponseWriter, r *http.Request) {
	allowed := local(r) && len(d.MetricsToken) == 0
	if len(d.MetricsToken) > 0 {
		allowed = subtle.ConstantTimeCompare([]byte(bearer(r)), d.MetricsToken) == 1
	}
	if !allowed {
		refuse(w, http.StatusForbidden, errors.New("metrics are for who has their token"))
		return
	}
	d.Metrics.ServeHTTP(w, r)
}

// read takes a strict JSON object; no body is an empty one.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8192))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if errors.Is(err, io.EOF) {
		return true
	}
	if err == nil && dec.More() {
		err = errors.New("more than one JSON value")
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
	}
	return err == nil
}

func reply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, code int, err error) {
	reply(w, code, map[string]string{"error": err.Error()})
}

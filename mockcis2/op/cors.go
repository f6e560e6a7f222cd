package op

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// cors lets scripts of registered origins read an answer, where the mode has
// it: without credentials, and never of authorize. It says whether the request
// was a preflight and has been answered (Fetch standard section 3.2).
func (e *Engine) cors(w http.ResponseWriter, r *http.Request, methods string) bool {
	preflight := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	if !e.Mode.Extras {
		return false
	}
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" && e.origin(origin) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate")
		if preflight {
			w.Header().Set("Access-Control-Allow-Methods", methods)
			w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP")
			w.Header().Set("Access-Control-Max-Age", "60")
		}
	}
	if preflight {
		w.WriteHeader(http.StatusNoContent)
	}
	return preflight
}

// origin says whether a client registered this origin, by itself or by a
// redirect_uri.
func (e *Engine) origin(origin string) bool {
	if e.Mode.Lax.AnyOrigin {
		return true
	}
	for _, c := range e.store.allClients() {
		if slices.Contains(c.Origins, origin) || slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return sameOrigin(uri, origin) }) {
			return true
		}
	}
	return false
}

// sameOrigin compares with a registered redirect_uri: any port of a loopback IP
// literal, as with redirects (RFC 8252 section 7.3).
func sameOrigin(registered, origin string) bool {
	u, err := url.Parse(registered)
	if err != nil {
		return false
	}
	if (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1") && u.Port() == "" {
		o, err := url.Parse(origin)
		return err == nil && o.Scheme == u.Scheme && o.Hostname() == u.Hostname()
	}
	return strings.EqualFold(u.Scheme+"://"+u.Host, origin)
}

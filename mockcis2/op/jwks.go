package op

import "net/http"

// JWKS is {issuer}/connect/jwk_uri.
type JWKS struct{ Ring *KeyRing }

// ServeHTTP answers GET {issuer}/connect/jwk_uri (RFC 7517 §5).
func (h JWKS) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	writeJSON(w, http.StatusOK, h.Ring.Public())
}

package op

import (
	"net/http"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// JWKS is {issuer}/connect/jwk_uri.
type JWKS struct {
	Ring   *KeyRing
	Faults *fault.Set
}

// ServeHTTP answers GET {issuer}/connect/jwk_uri (RFC 7517 §5).
func (h JWKS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	set := h.Ring.Public()
	if h.Faults.On(r.Context(), fault.KeyWithoutUse) {
		set.Keys = slices.Clone(set.Keys)
		for i := range set.Keys {
			set.Keys[i].Use = ""
		}
	}
	writeJSON(w, http.StatusOK, set)
}

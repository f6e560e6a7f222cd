package op

import (
	"net/http"
)

// Revocation is {issuer}/token/revoke, where the mode has it.
type Revocation struct{ Engine *Engine }

// ServeHTTP answers POST {issuer}/token/revoke (RFC 7009 §2). A token that is
// not known is as good as revoked; another client's is refused.
func (h Revocation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := h.Engine
	if e.cors(w, r, "POST") || !form(w, r) {
		return
	}
	if r.PostForm.Get("token") == "" {
		writeError(w, http.StatusBadRequest, "invalid_request", "The parameter token is missing.")
		return
	}
	if err := e.provider.NewRevocationRequest(r.Context(), r); err != nil {
		refused(w, r, err)
		return
	}
	noStore(w)
	w.WriteHeader(http.StatusOK)
}

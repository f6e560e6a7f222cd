package op

import (
	"net/http"
	"strings"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// UserInfo is {issuer}/userinfo. It does not look at the card: a card that was
// pulled out ends nothing.
type UserInfo struct{ Engine *Engine }

// ServeHTTP answers GET and POST {issuer}/userinfo (OpenID Connect Core §5.3).
func (h UserInfo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	token := bearer(r)
	s := newSession(Grant{}, h.Engine.shift)
	_, request, err := h.Engine.provider.IntrospectToken(r.Context(), token, fosite.AccessToken, s)
	if token == "" || err != nil || h.Engine.faults.On(fault.LogoutOnRemoval) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="mockcis2", error="invalid_token"`)
		writeError(w, http.StatusUnauthorized, "invalid_token", "The access token is unknown or has expired.")
		return
	}
	granted := []string(request.GetGrantedScopes())
	if h.Engine.faults.On(fault.ScopesIgnored) {
		granted = Scopes
	}
	writeJSON(w, http.StatusOK, request.GetSession().(*session).Person.UserInfo(granted))
}

// bearer is the token in the header or in a form body (RFC 6750 section 2).
func bearer(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return token
	}
	if r.Method == http.MethodPost && r.ParseForm() == nil {
		return r.PostForm.Get("access_token")
	}
	return ""
}

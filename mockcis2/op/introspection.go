package op

import (
	"net/http"
	"strings"

	"github.com/ory/fosite"
)

// Introspection is {issuer}/introspect, where the mode has it.
type Introspection struct{ Engine *Engine }

// ServeHTTP answers POST {issuer}/introspect (RFC 7662 §2). Any client that
// authenticates may ask; to a public one every token is inactive.
func (h Introspection) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := h.Engine
	if !form(w, r) {
		return
	}
	client, err := e.authenticate(r.Context(), r, r.PostForm)
	if err != nil {
		refused(w, r, err)
		return
	}
	token := r.PostForm.Get("token")
	if token == "" {
		writeError(w, http.StatusBadRequest, "invalid_request", "The parameter token is missing.")
		return
	}
	answer := map[string]any{"active": false}
	if !client.IsPublic() {
		answer = e.about(r, token)
	}
	writeJSON(w, http.StatusOK, answer)
}

// about is what a token is: an access token, or a refresh token.
func (e *Engine) about(r *http.Request, token string) map[string]any {
	if request, ok := e.access(r, token); ok {
		s := request.GetSession().(*session)
		c := e.common(request, s.ends.access.Unix())
		c["token_type"], c["jti"], c["iat"], c["nbf"] = s.tokenType(), s.jti, s.issued.Unix(), s.issued.Unix()
		if s.bound {
			c["cnf"] = map[string]string{"jkt": s.jkt}
		}
		return c
	}
	request, err := e.store.GetRefreshTokenSession(r.Context(), digest(token), nil)
	if err != nil || request.GetSession().(*session).expired(fosite.RefreshToken) {
		return map[string]any{"active": false}
	}
	return e.common(request, request.GetSession().(*session).ends.refresh.Unix())
}

func (e *Engine) common(r fosite.Requester, end int64) map[string]any {
	return map[string]any{"active": true, "iss": e.issuer, "client_id": r.GetClient().GetID(), "exp": end,
		"sub": r.GetSession().GetSubject(), "username": r.GetSession().GetUsername(), "scope": strings.Join(r.GetGrantedScopes(), " ")}
}

// access is the grant of a living access token.
func (e *Engine) access(r *http.Request, token string) (fosite.Requester, bool) {
	_, request, err := e.provider.IntrospectToken(r.Context(), token, fosite.AccessToken, newSession(Grant{}, e.shift))
	return request, err == nil && token != ""
}

package op

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// UserInfo is {issuer}/userinfo. It does not look at the card: a card that was
// pulled out ends nothing.
type UserInfo struct{ Engine *Engine }

// ServeHTTP answers GET and POST {issuer}/userinfo (OpenID Connect Core §5.3).
func (h UserInfo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := h.Engine
	if e.cors(w, r, "GET, POST") {
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, POST")
		h.refuse(w, http.StatusMethodNotAllowed, "Bearer", "invalid_request", "Only GET and POST are answered here.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, largest)
	scheme, token, why := presented(r)
	switch {
	case why != "":
		h.refuse(w, http.StatusBadRequest, "Bearer", "invalid_request", why)
		return
	case token == "": // no error code: nothing was tried (RFC 6750 section 3.1)
		h.refuse(w, http.StatusUnauthorized, "Bearer", "", "")
		return
	}
	request, alive := e.access(r, token)
	if !alive || e.faults.On(r.Context(), fault.LogoutOnRemoval) {
		h.refuse(w, http.StatusUnauthorized, scheme, "invalid_token", "The access token is unknown or has expired.")
		return
	}
	if name, why := h.proved(w, r, request.GetSession().(*session), scheme, token); name != "" {
		h.refuse(w, http.StatusUnauthorized, "DPoP", name, why)
		return
	}
	h.answer(w, r, request)
}

// proved says why a token that is bound, or presented as if it were, is not
// accepted (RFC 9449 section 7.1).
func (h UserInfo) proved(w http.ResponseWriter, r *http.Request, s *session, scheme, token string) (name, why string) {
	if !s.bound && scheme == "Bearer" || h.Engine.faults.On(r.Context(), fault.DPoPUnbound) {
		return "", ""
	}
	if !s.bound || scheme != "DPoP" {
		return "invalid_token", "The access token is not of the type it is presented as."
	}
	p, err := h.Engine.proof(w, r, token)
	switch {
	case err != nil:
		_, name, why = describe(err)
		return name, why
	case p == nil || p.jkt != s.jkt:
		return "invalid_dpop_proof", "The proof is missing or of another key."
	}
	return "", ""
}

func (h UserInfo) answer(w http.ResponseWriter, r *http.Request, request fosite.Requester) {
	e := h.Engine
	granted := []string(request.GetGrantedScopes())
	if e.faults.On(r.Context(), fault.ScopesIgnored) {
		granted = Scopes
	}
	claims := request.GetSession().(*session).Person.UserInfo(granted)
	client := request.GetClient().(registered)
	if !slices.Contains(e.Mode.signing(), client.UserInfoAlg) {
		writeJSON(w, http.StatusOK, claims)
		return
	}
	token, err := e.Ring.SignAs(client.UserInfoAlg, "", e.signedClaims(claims, client.ID))
	if err != nil {
		writeError(w, http.StatusInternalServerError, "server_error", "The answer cannot be signed.")
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	noStore(w)
	_, _ = strings.NewReader(token).WriteTo(w) // a reader that went away is no error of ours
}

// signedClaims adds who says it and to whom (OpenID Connect Core section
// 5.3.2). CIS2 leaves aud out.
func (e *Engine) signedClaims(claims map[string]any, client string) map[string]any {
	c := maps.Clone(claims)
	c["iss"] = e.issuer
	if e.Mode.Extras {
		c["aud"] = client
	}
	return c
}

// refuse challenges (RFC 6750 section 3, RFC 9449 section 7.1). The body says
// the same.
func (h UserInfo) refuse(w http.ResponseWriter, status int, scheme, name, why string) {
	challenge := scheme + ` realm="mockcis2"`
	if name != "" {
		challenge += `, error="` + name + `", error_description="` + plain(why) + `"`
	}
	if scheme == "DPoP" {
		challenge += `, algs="` + strings.Join(h.Engine.Mode.proofs(), " ") + `"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	if name == "" {
		noStore(w)
		w.WriteHeader(status)
		return
	}
	writeError(w, status, name, why)
}

// presented is the token in the header or in a form body (RFC 6750 section 2),
// or why the request is malformed: the token is there twice or in the URL, or
// something cannot be read (section 3.1).
func presented(r *http.Request) (scheme, token, why string) {
	const twice = "The access token is there more than once, or in the URL."
	if err := r.ParseForm(); err != nil {
		return "", "", "The request cannot be read, or is larger than 64 KiB."
	}
	if why := odd(r.PostForm); why != "" {
		return "", "", why
	}
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 || r.URL.Query().Has("access_token") {
		return "", "", twice
	}
	if len(headers) == 1 {
		name, value, _ := strings.Cut(headers[0], " ")
		for _, known := range []string{"Bearer", "DPoP"} {
			if strings.EqualFold(name, known) {
				scheme, token = known, strings.TrimSpace(value)
			}
		}
	}
	if r.Method != http.MethodPost || !r.PostForm.Has("access_token") {
		return scheme, token, ""
	}
	if token != "" {
		return "", "", twice
	}
	return "Bearer", r.PostForm.Get("access_token"), ""
}

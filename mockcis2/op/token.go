package op

import (
	"encoding/json"
	"net/http"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Token is {issuer}/access_token.
type Token struct{ Engine *Engine }

// ServeHTTP answers POST {issuer}/access_token (RFC 6749 §3.2).
func (h Token) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		writeError(w, http.StatusMethodNotAllowed, "invalid_request", "The token endpoint takes POST.")
		return
	}
	if err := r.ParseForm(); err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request", "The form cannot be read.")
		return
	}
	if name := repeated(r.PostForm); name != "" {
		writeError(w, http.StatusBadRequest, "invalid_request", "The parameter "+name+" is there more than once (RFC 6749 section 3.2).")
		return
	}
	if g := r.PostForm.Get("grant_type"); g != "authorization_code" && g != "" {
		writeError(w, http.StatusBadRequest, "unsupported_grant_type", "Only authorization_code is supported.")
		return
	}
	if h.Engine.faults.On(fault.PKCEIgnored) {
		r.PostForm.Del("code_verifier")
	}
	request, err := h.Engine.provider.NewAccessRequest(r.Context(), r, newSession(Grant{}, h.Engine.shift))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	response, err := h.Engine.provider.NewAccessResponse(r.Context(), request)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	answer := map[string]any{"access_token": response.GetAccessToken(), "token_type": "Bearer",
		"expires_in": int(TokenLife.Seconds()), "id_token": response.GetExtra("id_token"), "scope": joined(request)}
	if s := request.GetSession().(*session); s.nonce != "" {
		answer["nonce"] = s.nonce
	}
	writeJSON(w, http.StatusOK, answer)
}

func (h Token) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, name, description := describe(err)
	if name == "invalid_client" {
		if _, _, basic := r.BasicAuth(); basic {
			w.Header().Set("WWW-Authenticate", `Basic realm="mockcis2"`)
		}
	}
	// A racer that lost between look-up and spending is told what it is.
	if name == "server_error" && isSpent(err) {
		status, name, description = http.StatusBadRequest, "invalid_grant", "The authorization code has already been used."
	}
	writeError(w, status, name, description)
}

func joined(r fosite.Requester) string {
	text := ""
	for i, s := range r.GetGrantedScopes() {
		if i > 0 {
			text += " "
		}
		text += s
	}
	return text
}

func writeError(w http.ResponseWriter, status int, name, description string) {
	writeJSON(w, status, map[string]string{"error": name, "error_description": description})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a reader that went away is no error of ours
}

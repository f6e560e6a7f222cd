package op

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/ory/fosite"
)

// names are the error codes that may leave: those of RFC 6749 sections 4.1.2.1
// and 5.2, OpenID Connect Core section 3.1.2.6 and RFC 9101, 9126 and 9449. fosite has others
// of its own making.
var names = map[string]int{
	"invalid_request": 400, "invalid_client": 401, "invalid_grant": 400, "unauthorized_client": 400, "unsupported_grant_type": 400,
	"invalid_scope": 400, "access_denied": 403, "unsupported_response_type": 400, "server_error": 500, "temporarily_unavailable": 503,
	"interaction_required": 400, "login_required": 400, "account_selection_required": 400, "consent_required": 400,
	"request_not_supported": 400, "request_uri_not_supported": 400, "registration_not_supported": 400, "invalid_request_uri": 400,
	"invalid_dpop_proof": 400, "use_dpop_nonce": 400, "unsupported_token_type": 400,
}

// describe turns fosite's error into a registered name and one sentence.
func describe(err error) (status int, name, description string) {
	var oidc *fosite.RFC6749Error
	if !errors.As(err, &oidc) {
		return http.StatusInternalServerError, "server_error", "The provider made a mistake."
	}
	name = oidc.ErrorField
	switch name {
	case "token_inactive", "token_expired":
		name = "invalid_grant"
	case "scope_not_granted":
		name = "invalid_scope"
	}
	status, known := names[name]
	if !known && oidc.CodeField >= 500 {
		status, name = http.StatusInternalServerError, "server_error"
	} else if !known {
		status, name = http.StatusBadRequest, "invalid_request"
	}
	description = oidc.GetDescription()
	if oidc.HintField != "" {
		description = oidc.HintField
	}
	return status, name, plain(description)
}

// plain keeps a sentence within the characters of error_description (RFC 6749
// appendix A.8).
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r > '~' || r == '\\':
			return '?'
		}
		return r
	}, s)
}

func writeError(w http.ResponseWriter, status int, name, description string) {
	writeJSON(w, status, map[string]string{"error": name, "error_description": plain(description)})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	noStore(w)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a reader that went away is no error of ours
}

// writeObject is writeJSON for what is made of text and numbers.
func writeObject(w http.ResponseWriter, status int, object map[string]any) {
	size := 512 // of names and numbers
	for _, v := range object {
		text, _ := v.(string)
		size += len(text)
	}
	raw, err := appendJSON(make([]byte, 0, size), object)
	if err != nil { // not with what a token answer is made of
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	noStore(w)
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n')) // a reader that went away is no error of ours
}

// noStore keeps an answer out of caches (RFC 6749 section 5.1).
func noStore(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
}

// refused writes fosite's error, with a challenge when Basic was tried (RFC
// 6749 section 5.2).
func refused(w http.ResponseWriter, r *http.Request, err error) {
	status, name, description := describe(err)
	if status == http.StatusUnauthorized {
		if _, _, basic := r.BasicAuth(); basic {
			w.Header().Set("WWW-Authenticate", `Basic realm="mockcis2"`)
		}
	}
	writeError(w, status, name, description)
}

// largest is how much of a form is read, and longest how much of one parameter.
const (
	largest = 1 << 16
	longest = 1 << 14
)

// misplaced are the parameters that never belong into a URL of an endpoint that
// takes a form (RFC 6749 sections 2.3.1, 3.2 and 4.1.3, RFC 9126 section 2.1).
// Others there are ignored, as section 3.2 wants it of what is not known.
var misplaced = []string{"client_id", "client_secret", "client_assertion", "client_assertion_type", "grant_type", "code", "code_verifier",
	"redirect_uri", "scope", "refresh_token", "token", "token_type_hint", "access_token", "request_uri", "response_type", "response_mode", "state",
	"nonce", "code_challenge", "code_challenge_method", "prompt", "max_age", "acr_values", "login_hint", "id_token_hint", "dpop_jkt"}

// form reads a form post, or answers with what is wrong with it and false.
func form(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, largest)
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		writeError(w, http.StatusMethodNotAllowed, "invalid_request", "This endpoint takes POST.")
		return false
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") {
		writeError(w, http.StatusBadRequest, "invalid_request", "The body must be application/x-www-form-urlencoded.")
		return false
	}
	if err := r.ParseForm(); err != nil {
		writeError(w, http.StatusBadRequest, "invalid_request", "The form cannot be read, or is larger than 64 KiB.")
		return false
	}
	if why := odd(r.PostForm); why != "" {
		writeError(w, http.StatusBadRequest, "invalid_request", why)
		return false
	}
	query := r.URL.Query()
	for _, name := range misplaced {
		if query.Has(name) {
			writeError(w, http.StatusBadRequest, "invalid_request", "The parameter "+name+" belongs into the body, not into the URL.")
			return false
		}
	}
	return true
}

// odd says which parameter is there twice or too long, or nothing.
func odd(form map[string][]string) string {
	for name, values := range form {
		if len(values) > 1 {
			return "The parameter " + short(name) + " is there more than once (RFC 6749 sections 3.1 and 3.2)."
		}
		if len(values[0]) > longest {
			return "The parameter " + short(name) + " is longer than 16 KiB."
		}
	}
	return ""
}

// short keeps a stranger's name of a parameter from filling the answer.
func short(name string) string {
	const most = 40
	if len(name) > most {
		return name[:most] + "..."
	}
	return name
}

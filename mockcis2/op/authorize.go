package op

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Ask is a checked authorization request that waits for a person.
type Ask struct {
	Client Client
	ACR    string // the value we serve
	Scopes []string
	Prompt []string
	ar     fosite.AuthorizeRequester
}

// Home is the origin that the browser returns to when the request ends.
func (a Ask) Home() string {
	u := a.ar.GetRedirectURI()
	return u.Scheme + "://" + u.Host
}

// Authorize is {issuer}/authorize.
type Authorize struct {
	Engine *Engine
	Begin  func(w http.ResponseWriter, r *http.Request, a Ask) // shows the login page
	Refuse func(w http.ResponseWriter, r *http.Request, status int, name, description string)
}

// acrs says which acr_values reach the smartcard agent.
var acrs = map[string]bool{
	"AAL3_ANY": true, "AAL3_SMARTCARD": true, "AAL3_CIS2_SMARTCARD": true, "AAL2_OR_AAL3_ANY": true,
	"AAL2_ANY": false, "AAL1_USERPASS": false, "AAL3_IOS": false, "AAL3_FIDO2": false,
	"AAL3_N3_SMARTCARD": false, "AAL2_TOTP": false, "AAL2_NHSMAIL": false,
}

// ServeHTTP answers GET and POST {issuer}/authorize (OpenID Connect Core §3.1.2).
func (h Authorize) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		h.Refuse(w, r, http.StatusMethodNotAllowed, "invalid_request", "Only GET and POST are answered here.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil {
		h.Refuse(w, r, http.StatusBadRequest, "invalid_request", "The form cannot be read.")
		return
	}
	if name := repeated(r.Form); name != "" {
		h.Refuse(w, r, http.StatusBadRequest, "invalid_request", "The parameter "+name+" is there more than once (RFC 6749 section 3.1).")
		return
	}
	// Request objects are not supported; fosite would accept alg none.
	object := r.Form.Get("request") != ""
	uri := r.Form.Get("request_uri") != ""
	r.Form.Del("request")
	r.Form.Del("request_uri")
	if h.Engine.faults.On(fault.PKCEIgnored) {
		r.Form.Del("code_challenge")
		r.Form.Del("code_challenge_method")
	}
	ar, err := h.Engine.provider.NewAuthorizeRequest(r.Context(), r)
	if errors.Is(err, fosite.ErrInvalidState) { // state is optional in RFC 6749; it is fosite's last check
		err = nil
	}
	if err == nil && object {
		err = fosite.ErrRequestNotSupported
	}
	if err == nil && uri {
		err = fosite.ErrRequestURINotSupported
	}
	ask := Ask{ar: ar, Scopes: scopes(r.Form.Get("scope")), Prompt: scopes(r.Form.Get("prompt"))}
	if err == nil {
		err = ask.check(r.Form)
	}
	if err != nil {
		h.fail(w, r, ar, err)
		return
	}
	ask.Client, _ = h.Engine.store.clients.get(ar.GetClient().GetID())
	h.Begin(w, r, ask)
}

// check is what fosite would notice only after the person had signed in.
func (a *Ask) check(form url.Values) error {
	if !slices.Contains(a.Scopes, "openid") {
		return fosite.ErrInvalidScope.WithHint("scope must contain openid.")
	}
	method := form.Get("code_challenge_method")
	if challenge := form.Get("code_challenge"); challenge != "" || method != "" {
		if method != "S256" {
			return fosite.ErrInvalidRequest.WithHint("code_challenge_method must be S256; plain is not accepted.")
		}
		if len(challenge) != 43 {
			return fosite.ErrInvalidRequest.WithHint("code_challenge must be 43 characters of base64url.")
		}
	}
	for _, p := range a.Prompt {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, p) || p == "none" && len(a.Prompt) > 1 {
			return fosite.ErrInvalidRequest.WithHint("prompt has an unknown value, or none beside others.")
		}
	}
	return a.pickACR(form.Get("acr_values"))
}

// pickACR takes the first value that we serve.
func (a *Ask) pickACR(values string) error {
	wanted := strings.Fields(values)
	if len(wanted) == 0 {
		wanted = []string{"AAL3_ANY"}
	}
	for _, v := range wanted {
		serve, known := acrs[v]
		if !known {
			return fosite.ErrInvalidRequest.WithHintf("acr_values %q is not a value of CIS2.", v)
		}
		if serve && a.ACR == "" {
			a.ACR = v
		}
	}
	if a.ACR == "" {
		return fosite.ErrAccessDenied.WithHint("acr_values asks for a way to sign in that this provider does not offer: only smartcards are.")
	}
	return nil
}

// repeated is the name of a parameter that appears twice, or nothing.
func repeated(form url.Values) string {
	for name, values := range form {
		if len(values) > 1 {
			return name
		}
	}
	return ""
}

// fail sends the error to the application, or shows it when there is no
// address that may be trusted.
func (h Authorize) fail(w http.ResponseWriter, r *http.Request, ar fosite.AuthorizeRequester, err error) {
	status, name, description := describe(err)
	if ar == nil || !ar.IsRedirectURIValid() || !ar.GetResponseTypes().ExactOne("code") && len(ar.GetResponseTypes()) > 0 {
		h.Refuse(w, r, status, name, description)
		return
	}
	h.Engine.Deny(w, r, Ask{ar: ar}, name, description)
}

// Deny ends an ask with an OAuth error, with iss on it (RFC 9207).
func (e *Engine) Deny(w http.ResponseWriter, r *http.Request, a Ask, name, description string) {
	e.home(w, r, a, url.Values{"error": {name}, "error_description": {description}})
}

// Grant ends an ask with a code.
func (e *Engine) Grant(w http.ResponseWriter, r *http.Request, a Ask, g Grant) {
	s := newSession(g, e.shift)
	s.nonce, s.state = a.ar.GetRequestForm().Get("nonce"), a.ar.GetRequestForm().Get("state")
	s.ACR = a.ACR
	a.ar.SetSession(s)
	for _, scope := range a.ar.GetRequestedScopes() {
		a.ar.GrantScope(scope)
	}
	form := a.ar.GetRequestForm()
	form.Del("max_age") // the person has just signed in
	form.Del("prompt")
	response, err := e.provider.NewAuthorizeResponse(r.Context(), a.ar, s)
	if err != nil {
		_, name, description := describe(err)
		e.Deny(w, r, a, name, description)
		return
	}
	e.home(w, r, a, url.Values{"code": {response.GetCode()}, "client_id": {a.ar.GetClient().GetID()}})
}

// home redirects with 303, so that a POST is not repeated.
func (e *Engine) home(w http.ResponseWriter, r *http.Request, a Ask, values url.Values) {
	to := *a.ar.GetRedirectURI()
	q := to.Query()
	for name := range values {
		q.Set(name, values.Get(name))
	}
	if state := a.ar.GetRequestForm().Get("state"); state != "" {
		q.Set("state", state)
	}
	q.Set("iss", e.issuer)
	if e.faults.On(fault.WrongIssuerInRedirect) {
		q.Set("iss", "https://am.elsewhere.test/openam/oauth2")
	}
	to.RawQuery = q.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

package op

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ory/fosite"
)

// Ask is a checked authorization request that waits for a person.
type Ask struct {
	Client      Client
	ACR         string   // the value we serve
	Ways        []string // that reach it, the usual first
	Scopes      []string
	Prompt      []string
	MaxAge      time.Duration // since the person signed in; negative is not asked for
	LoginHint   string
	IDTokenHint string // as sent: not verified
	ar          fosite.AuthorizeRequester
	mode        string // response_mode: empty, query or form_post
	pushed      string // request_uri, when it came by one
}

// Home is the origin that the browser returns to when the request ends.
func (a Ask) Home() string {
	u := a.ar.GetRedirectURI()
	return u.Scheme + "://" + u.Host
}

// Param is a parameter of the request, empty when it was not sent.
func (a Ask) Param(name string) string { return a.ar.GetRequestForm().Get(name) }

// Authorize is {issuer}/authorize.
type Authorize struct {
	Engine *Engine
	Begin  func(w http.ResponseWriter, r *http.Request, a Ask) // shows the login page
	Refuse func(w http.ResponseWriter, r *http.Request, status int, name, description string)
	Serves func(ACR) bool // whether anybody can sign in that way; nil is all
}

// ServeHTTP answers GET and POST {issuer}/authorize (OpenID Connect Core §3.1.2).
func (h Authorize) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		h.Refuse(w, r, http.StatusMethodNotAllowed, "invalid_request", "Only GET and POST are answered here.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, largest)
	if err := r.ParseForm(); err != nil || strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		h.Refuse(w, r, http.StatusBadRequest, "invalid_request", "The form cannot be read.")
		return
	}
	if why := odd(r.Form); why != "" {
		h.Refuse(w, r, http.StatusBadRequest, "invalid_request", why)
		return
	}
	asked, uri, ok := h.recall(r)
	if !ok {
		h.Refuse(w, r, http.StatusBadRequest, "invalid_request_uri", "This request_uri is unknown, used, too old or another application's.")
		return
	}
	ask, ar, err := h.Engine.ask(r, asked)
	if err == nil && uri == "" && h.Engine.mode(r.Context()).Require.PAR {
		err = fosite.ErrInvalidRequest.WithHint("The request must be pushed first (RFC 9126), and this one was not.")
	}
	if err == nil {
		err = ask.pickACR(asked.Get("acr_values"), h.Serves)
	}
	if err != nil {
		h.fail(w, r, ask, ar, err)
		return
	}
	ask.pushed = uri
	h.Begin(w, r, ask)
}

// recall is the form to go by: that of the pushed request, if there is one, and
// nothing else beside it (RFC 9126 section 4).
func (h Authorize) recall(r *http.Request) (form url.Values, uri string, ok bool) {
	uri = r.Form.Get("request_uri")
	if !h.Engine.Mode.Extras || !strings.HasPrefix(uri, pushedPrefix) {
		return r.Form, "", true
	}
	form, ok = h.Engine.store.recall(r.Context(), uri, r.Form.Get("client_id"))
	return form, uri, ok
}

// ask checks an authorization request, in the front channel or pushed.
func (e *Engine) ask(r *http.Request, form url.Values) (Ask, fosite.AuthorizeRequester, error) {
	// Request objects are not supported; fosite would accept alg none.
	object, uri := form.Get("request") != "", form.Get("request_uri") != ""
	form.Del("request")
	form.Del("request_uri")
	mode := form.Get("response_mode")
	form.Del("response_mode") // ours to serve
	if e.Mode.Lax.UnknownScopes {
		known := slices.DeleteFunc(scopes(form.Get("scope")), func(s string) bool { return !slices.Contains(e.Mode.scopes(), s) })
		form.Set("scope", strings.Join(known, " "))
	}
	e.dropOffline(form)
	bare := &http.Request{Method: http.MethodGet, URL: r.URL, Header: http.Header{}, Form: form}
	ar, err := e.provider.NewAuthorizeRequest(r.Context(), bare)
	if errors.Is(err, fosite.ErrInvalidState) { // state is optional in RFC 6749; it is fosite's last check
		err = nil
	}
	ask := Ask{ar: ar, Scopes: scopes(form.Get("scope")), Prompt: scopes(form.Get("prompt")), IDTokenHint: form.Get("id_token_hint")}
	if slices.Contains(e.Mode.responseModes(), mode) {
		ask.mode = mode
	} else if err == nil && mode != "" {
		err = fosite.ErrInvalidRequest.WithHint("response_mode must be one of: " + strings.Join(e.Mode.responseModes(), ", ") + ".")
	}
	switch {
	case err != nil:
	case object:
		err = fosite.ErrRequestNotSupported
	case uri:
		err = fosite.ErrRequestURINotSupported
	default:
		ask.Client = *ar.GetClient().(registered).Client
		err = ask.check(form, e.mode(r.Context()))
	}
	return ask, ar, err
}

// dropOffline passes offline_access over where nobody is asked for consent
// (OpenID Connect Core section 11). CIS2 does not know it, and refuses it.
func (e *Engine) dropOffline(form url.Values) {
	if !e.Mode.Extras || slices.Contains(scopes(form.Get("prompt")), "consent") {
		return
	}
	kept := slices.DeleteFunc(scopes(form.Get("scope")), func(s string) bool { return s == "offline_access" })
	form.Set("scope", strings.Join(kept, " "))
}

// check is what fosite would notice only after the person had signed in.
func (a *Ask) check(form url.Values, m Mode) error {
	if !slices.Contains(a.Scopes, "openid") {
		return fosite.ErrInvalidScope.WithHint("scope must contain openid.")
	}
	if err := a.checkPKCE(form, m); err != nil {
		return err
	}
	for _, p := range a.Prompt {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, p) || p == "none" && len(a.Prompt) > 1 {
			return fosite.ErrInvalidRequest.WithHint("prompt has an unknown value, or none beside others.")
		}
	}
	if a.LoginHint = form.Get("login_hint"); len(a.LoginHint) > 256 {
		return fosite.ErrInvalidRequest.WithHint("login_hint is longer than 256 bytes.")
	}
	return a.pickMaxAge(form)
}

// pickMaxAge reads max_age: whole seconds (OpenID Connect Core section 3.1.2.1).
func (a *Ask) pickMaxAge(form url.Values) error {
	a.MaxAge = -1
	text := form.Get("max_age")
	if text == "" {
		return nil
	}
	seconds, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return fosite.ErrInvalidRequest.WithHint("max_age must be a whole number of seconds.")
	}
	a.MaxAge = time.Duration(seconds) * time.Second
	return nil
}

func (a *Ask) checkPKCE(form url.Values, m Mode) error {
	method, challenge := form.Get("code_challenge_method"), form.Get("code_challenge")
	if challenge == "" && method == "" {
		if m.Require.PKCE || a.Client.Method == "none" && !m.Lax.PublicWithoutPKCE {
			return fosite.ErrInvalidRequest.WithHint("code_challenge is needed here (RFC 7636).")
		}
		return nil
	}
	if m.Lax.PlainPKCE && (method == "plain" || method == "") {
		return nil
	}
	if method != "S256" {
		return fosite.ErrInvalidRequest.WithHint("code_challenge_method must be S256; plain is not accepted.")
	}
	if len(challenge) != 43 || strings.Trim(challenge, base64URL) != "" {
		return fosite.ErrInvalidRequest.WithHint("code_challenge must be 43 characters of base64url.")
	}
	return nil
}

const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// pickACR takes the first value that we serve.
func (a *Ask) pickACR(values string, serves func(ACR) bool) error {
	wanted := strings.Fields(values)
	if len(wanted) == 0 {
		wanted = []string{ACRs[0].Value}
	}
	for _, v := range wanted {
		acr, known := FindACR(v)
		if !known {
			return fosite.ErrInvalidRequest.WithHintf("acr_values %q is not a value of CIS2.", v)
		}
		if a.ACR == "" && (serves == nil || serves(acr)) {
			a.ACR, a.Ways = acr.Value, acr.Ways
		}
	}
	if a.ACR == "" {
		return fosite.ErrAccessDenied.WithHint("acr_values asks for a way to sign in that this provider does not offer in this environment.")
	}
	return nil
}

// fail sends the error to the application, or shows it when there is no
// address that may be trusted.
func (h Authorize) fail(w http.ResponseWriter, r *http.Request, a Ask, ar fosite.AuthorizeRequester, err error) {
	status, name, description := describe(err)
	if ar == nil || !ar.IsRedirectURIValid() || !ar.GetResponseTypes().ExactOne("code") && len(ar.GetResponseTypes()) > 0 {
		h.Refuse(w, r, status, name, description)
		return
	}
	h.Engine.Deny(w, r, a, name, description)
}

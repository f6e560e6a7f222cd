package op

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
)

// Deny ends an ask with an OAuth error, with iss on it (RFC 9207).
func (e *Engine) Deny(w http.ResponseWriter, r *http.Request, a Ask, name, description string) {
	e.home(w, r, a, url.Values{"error": {name}, "error_description": {plain(description)}})
}

// Grant ends an ask with a code.
func (e *Engine) Grant(w http.ResponseWriter, r *http.Request, a Ask, g Grant) {
	if a.pushed != "" && !e.store.spend(r.Context(), a.pushed) {
		e.Deny(w, r, a, "invalid_request", "This request_uri has already led to a code.")
		return
	}
	s := newSession(g, e.shift)
	s.nonce, s.state, s.jkt = a.Param("nonce"), a.Param("state"), a.Param("dpop_jkt")
	s.ACR = a.ACR
	a.ar.SetSession(s)
	for _, scope := range a.ar.GetRequestedScopes() {
		a.ar.GrantScope(scope)
	}
	s.full = a.ar.GetGrantedScopes()
	form := a.ar.GetRequestForm()
	form.Del("max_age") // the person has just signed in
	form.Del("prompt")
	response, err := e.provider.NewAuthorizeResponse(r.Context(), lean{a.ar}, s)
	if err != nil {
		_, name, description := describe(err)
		e.Deny(w, r, a, name, description)
		return
	}
	e.home(w, r, a, url.Values{"code": {response.GetCode()}, "client_id": {a.ar.GetClient().GetID()}})
}

// home sends the browser back with an answer: by 303, so that a POST is not
// repeated, or by a form (response_mode form_post).
func (e *Engine) home(w http.ResponseWriter, r *http.Request, a Ask, values url.Values) {
	if state := a.Param("state"); state != "" {
		values.Set("state", state)
	}
	values.Set("iss", e.issuer)
	to := *a.ar.GetRedirectURI()
	noStore(w)
	w.Header().Set("Referrer-Policy", "no-referrer")
	if a.mode == "form_post" {
		e.formPost(w, a, to.String(), values)
		return
	}
	q := to.Query()
	for name := range values {
		q.Set(name, values.Get(name))
	}
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

//go:embed formpost.html
var formPostPage string

var formPost = template.Must(template.New("formpost").Parse(formPostPage))

// formPost answers with a form that sends itself (OAuth 2.0 Form Post Response
// Mode section 2). Without scripts the person presses its button.
func (e *Engine) formPost(w http.ResponseWriter, a Ask, to string, values url.Values) {
	fields := map[string]string{}
	for name := range values {
		fields[name] = values.Get(name)
	}
	nonce, err := random(e.Rand, 16)
	if err != nil { // the button is left
		nonce = "none"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action "+a.Home()+"; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+"'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = formPost.Execute(w, map[string]any{"To": to, "Fields": fields, "Nonce": nonce}) // a reader that went away is no error of ours
}

package op

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Token is {issuer}/access_token.
type Token struct{ Engine *Engine }

// ServeHTTP answers POST {issuer}/access_token (RFC 6749 §3.2).
func (h Token) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := h.Engine
	if e.cors(w, r, "POST") || !form(w, r) {
		return
	}
	grant := r.PostForm.Get("grant_type")
	if grant != "" && !slices.Contains(e.Mode.grants(), grant) {
		writeError(w, http.StatusBadRequest, "unsupported_grant_type", "The grant types here are: "+strings.Join(e.Mode.grants(), ", ")+".")
		return
	}
	if e.faults.On(r.Context(), fault.PKCEIgnored) {
		r.PostForm.Del("code_verifier")
	}
	p, err := e.proof(w, r, "")
	if err != nil {
		refused(w, r, err)
		return
	}
	request, err := e.provider.NewAccessRequest(r.Context(), r, newSession(Grant{}, e.shift))
	if err == nil {
		err = e.settle(r.Context(), request, p)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	response, err := e.provider.NewAccessResponse(r.Context(), request)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.answer(w, request, response)
}

func (h Token) answer(w http.ResponseWriter, request fosite.AccessRequester, response fosite.AccessResponder) {
	s := request.GetSession().(*session)
	answer := map[string]any{"access_token": response.GetAccessToken(), "token_type": s.tokenType(),
		"expires_in": int(TokenLife.Seconds()), "scope": strings.Join(request.GetGrantedScopes(), " ")}
	for _, name := range []string{"id_token", "refresh_token"} {
		if v := response.GetExtra(name); v != nil {
			answer[name] = v
		}
	}
	if s.nonce != "" {
		answer["nonce"] = s.nonce
	}
	writeObject(w, http.StatusOK, answer)
}

// settle binds a grant to a proof and narrows a refresh to the scopes asked for
// (RFC 6749 section 6), which fosite does not.
func (e *Engine) settle(ctx context.Context, request fosite.AccessRequester, p *proof) error {
	s := request.GetSession().(*session)
	if err := e.bind(ctx, s, p, request.GetClient().IsPublic(), request.GetGrantTypes().ExactOne("refresh_token")); err != nil {
		return err
	}
	wanted := scopes(request.GetRequestForm().Get("scope"))
	r, ok := request.(*fosite.AccessRequest)
	if len(wanted) == 0 || !ok || !request.GetGrantTypes().ExactOne("refresh_token") {
		return nil
	}
	for _, scope := range wanted {
		if !r.GrantedScope.Has(scope) {
			return fosite.ErrInvalidScope.WithHint("The scope " + scope + " was not granted at the sign-in.")
		}
	}
	r.GrantedScope = wanted
	return nil
}

func (h Token) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, name, description := describe(err)
	switch grant := r.PostForm.Get("grant_type"); {
	case isSpent(err): // a racer that lost between look-up and spending is told what it is
		writeError(w, http.StatusBadRequest, "invalid_grant", "The code or refresh token has already been used.")
	case name == "invalid_grant" && grant == "authorization_code" && r.PostForm.Get("code") == "":
		writeError(w, http.StatusBadRequest, "invalid_request", "The parameter code is missing.")
	case name == "invalid_grant" && grant == "refresh_token" && r.PostForm.Get("refresh_token") == "":
		writeError(w, http.StatusBadRequest, "invalid_request", "The parameter refresh_token is missing.")
	case status == http.StatusUnauthorized:
		refused(w, r, err)
	default:
		writeError(w, status, name, description)
	}
}

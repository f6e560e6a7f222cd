package op

import (
	"net/url"
	"reflect"
	"testing"

	"github.com/ory/fosite"
)

// Requirement: of a request the store keeps what fosite asks for and no more: no
// verifier, no secret. Source: fosite, Request.Sanitize. Turned red by: keeping
// the form as it is, or another list than fosite's.
func TestLeanKeepsWhatFositeKeeps(t *testing.T) {
	ar := fosite.NewAuthorizeRequest()
	ar.Form = url.Values{}
	for _, name := range []string{"grant_type", "response_type", "scope", "client_id", "redirect_uri", "code", "code_challenge", "code_verifier", "client_secret", "nonce", "state", "acr_values"} {
		ar.Form[name] = []string{name}
	}
	ar.SetSession(newSession(Grant{}, nil))
	for _, allowed := range [][]string{nil, {"code", "redirect_uri"}, {"nonce", "acr_values", "max_age"}, {"code_challenge", "code_challenge_method"}} {
		want, got := ar.Sanitize(allowed), lean{ar}.Sanitize(allowed)
		if !reflect.DeepEqual(got.GetRequestForm(), want.GetRequestForm()) || got.GetID() != want.GetID() || got.GetSession() != want.GetSession() {
			t.Errorf("%v: %v instead of %v", allowed, got.GetRequestForm(), want.GetRequestForm())
		}
	}
}

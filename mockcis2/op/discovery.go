package op

import (
	"net/http"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Discovery is {issuer}/.well-known/openid-configuration. The smartcard
// endpoints are ours and are not in it.
type Discovery struct {
	Issuer string
	Faults *fault.Set
}

// ServeHTTP answers GET {issuer}/.well-known/openid-configuration (OpenID Connect Discovery §4).
func (h Discovery) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	served := []string{"AAL3_ANY", "AAL2_OR_AAL3_ANY", "AAL3_SMARTCARD", "AAL3_CIS2_SMARTCARD"}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	doc := map[string]any{
		"issuer":                                           h.Issuer,
		"authorization_endpoint":                           h.Issuer + "/authorize",
		"token_endpoint":                                   h.Issuer + "/access_token",
		"userinfo_endpoint":                                h.Issuer + "/userinfo",
		"jwks_uri":                                         h.Issuer + "/connect/jwk_uri",
		"scopes_supported":                                 Scopes,
		"acr_values_supported":                             served,
		"response_types_supported":                         []string{"code"},
		"response_modes_supported":                         []string{"query"},
		"grant_types_supported":                            []string{"authorization_code"},
		"subject_types_supported":                          []string{"public"},
		"id_token_signing_alg_values_supported":            []string{"RS256"},
		"token_endpoint_auth_methods_supported":            []string{"client_secret_post", "client_secret_basic", "private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []string{"RS256", "RS512"},
		"code_challenge_methods_supported":                 []string{"S256"},
		"authorization_response_iss_parameter_supported":   true,
		"request_parameter_supported":                      false,
		"request_uri_parameter_supported":                  false,
		"claims_parameter_supported":                       false,
	}
	if h.Faults.On(fault.DiscoverySmartcard) {
		doc["card_assertion_endpoint"] = h.Issuer + "/smartcard/v1/assertions"
	}
	writeJSON(w, http.StatusOK, doc)
}

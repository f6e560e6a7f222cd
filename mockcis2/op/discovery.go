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
	Mode   Mode
	Serves func(ACR) bool // nil is all
}

// ServeHTTP answers GET {issuer}/.well-known/openid-configuration (OpenID Connect Discovery §4).
func (h Discovery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	doc := h.document()
	if h.Mode.Extras {
		h.extras(doc)
	}
	if h.Faults.On(r.Context(), fault.DiscoverySmartcard) {
		doc["card_assertion_endpoint"] = h.Issuer + "/smartcard/v1/assertions"
	}
	writeJSON(w, http.StatusOK, doc)
}

// served are the acr values by which somebody can sign in here.
func (h Discovery) served() (values []string) {
	for _, acr := range ACRs {
		if h.Serves == nil || h.Serves(acr) {
			values = append(values, acr.Value)
		}
	}
	return values
}

func (h Discovery) document() map[string]any {
	signing := h.Mode.signing()
	if !h.Mode.Require.PrivateKey { // CIS2 lists it: by a client's secret
		signing = append([]string{"HS256"}, signing...)
	}
	assertions := h.Mode.algorithms()
	if !h.Mode.Require.PrivateKey {
		assertions = append([]string{"HS256"}, assertions...)
	}
	challenges := []string{"S256"}
	if h.Mode.Lax.PlainPKCE {
		challenges = append(challenges, "plain")
	}
	return map[string]any{
		"issuer":                                           h.Issuer,
		"authorization_endpoint":                           h.Issuer + "/authorize",
		"token_endpoint":                                   h.Issuer + "/access_token",
		"userinfo_endpoint":                                h.Issuer + "/userinfo",
		"jwks_uri":                                         h.Issuer + "/connect/jwk_uri",
		"scopes_supported":                                 h.Mode.scopes(),
		"end_session_endpoint":                             h.Issuer + "/connect/endSession",
		"backchannel_logout_supported":                     true,
		"backchannel_logout_session_supported":             true,
		"acr_values_supported":                             h.served(),
		"response_types_supported":                         []string{"code"},
		"response_modes_supported":                         h.Mode.responseModes(),
		"grant_types_supported":                            h.Mode.grants(),
		"subject_types_supported":                          []string{"public"},
		"id_token_signing_alg_values_supported":            signing,
		"userinfo_signing_alg_values_supported":            h.Mode.signing(),
		"token_endpoint_auth_methods_supported":            h.Mode.methods(),
		"token_endpoint_auth_signing_alg_values_supported": assertions,
		"code_challenge_methods_supported":                 challenges,
		"authorization_response_iss_parameter_supported":   true,
		"request_parameter_supported":                      false,
		"request_uri_parameter_supported":                  false,
		"claims_parameter_supported":                       false,
	}
}

// extras are the endpoints that CIS2 does not show (RFC 7009, 7662, 9126,
// 9449).
func (h Discovery) extras(doc map[string]any) {
	doc["introspection_endpoint"] = h.Issuer + "/introspect"
	doc["revocation_endpoint"] = h.Issuer + "/token/revoke"
	doc["pushed_authorization_request_endpoint"] = h.Issuer + "/par"
	doc["require_pushed_authorization_requests"] = h.Mode.Require.PAR
	doc["dpop_signing_alg_values_supported"] = h.Mode.proofs()
	for _, name := range []string{"introspection", "revocation"} {
		doc[name+"_endpoint_auth_methods_supported"] = doc["token_endpoint_auth_methods_supported"]
		doc[name+"_endpoint_auth_signing_alg_values_supported"] = doc["token_endpoint_auth_signing_alg_values_supported"]
	}
}

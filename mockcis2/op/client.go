package op

import (
	"context"
	"net/url"

	"github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"
)

// Client is a registered relying party. All are confidential, as with CIS2.
type Client struct {
	ID           string             `json:"client_id"`
	Name         string             `json:"client_name"`                // shown to people
	RedirectURIs []string           `json:"redirect_uris"`              // exact; any port on loopback IP literals
	Method       string             `json:"token_endpoint_auth_method"` // client_secret (basic or post), client_secret_basic, client_secret_post, private_key_jwt
	Secret       string             `json:"client_secret,omitempty"`
	Algorithms   []string           `json:"algorithms,omitempty"` // for private_key_jwt; empty is RS256 and RS512
	Keys         jose.JSONWebKeySet `json:"jwks,omitzero"`
	KeysURI      string             `json:"jwks_uri,omitempty"` // where the keys are, instead of jwks

	BackchannelLogoutURI string `json:"backchannel_logout_uri,omitempty"`
	Description          string `json:"description,omitempty"`
}

// Scopes are those of CIS2.
var Scopes = []string{"openid", "profile", "email", "nhsperson", "associatedorgs", "nationalrbacaccess",
	"professionalmemberships", "organisationalmemberships", "selectedrole", "changedrole"}

// registered is a Client as fosite sees it.
type registered struct{ Client }

func (c registered) GetID() string                      { return c.ID }
func (c registered) GetHashedSecret() []byte            { return nil }
func (c registered) GetRedirectURIs() []string          { return c.RedirectURIs }
func (c registered) GetGrantTypes() fosite.Arguments    { return fosite.Arguments{"authorization_code"} }
func (c registered) GetResponseTypes() fosite.Arguments { return fosite.Arguments{"code"} }
func (c registered) GetScopes() fosite.Arguments        { return Scopes }
func (c registered) IsPublic() bool                     { return false }
func (c registered) GetAudience() fosite.Arguments      { return nil }
func (c registered) GetResponseModes() []fosite.ResponseModeType {
	return []fosite.ResponseModeType{fosite.ResponseModeQuery}
}

// secure lets a redirect leave by https, or by http to this machine only
// (RFC 8252 section 7.3).
func secure(_ context.Context, u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
}

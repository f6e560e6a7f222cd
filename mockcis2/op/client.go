package op

import (
	"context"
	"fmt"
	"net/url"

	"github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"
)

// Client is a registered relying party. All are confidential, as with CIS2,
// unless the mode knows the method none.
type Client struct {
	ID           string             `json:"client_id"`
	Name         string             `json:"client_name"`                // shown to people
	RedirectURIs []string           `json:"redirect_uris"`              // exact; any port on loopback IP literals
	Method       string             `json:"token_endpoint_auth_method"` // client_secret (basic or post), client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, none
	Secret       string             `json:"client_secret,omitempty"`
	Algorithms   []string           `json:"algorithms,omitempty"` // for private_key_jwt; empty is all of the mode's
	Keys         jose.JSONWebKeySet `json:"jwks,omitzero"`
	KeysURI      string             `json:"jwks_uri,omitempty"`                     // instead of jwks; https, or http on loopback
	IDTokenAlg   string             `json:"id_token_signed_response_alg,omitempty"` // empty is the mode's first
	UserInfoAlg  string             `json:"userinfo_signed_response_alg,omitempty"` // empty is plain JSON
	Origins      []string           `json:"allowed_origins,omitempty"`              // whose scripts may read answers, beside those of redirect_uris

	BackchannelLogoutURI   string   `json:"backchannel_logout_uri,omitempty"`    // told when a session ends
	PostLogoutRedirectURIs []string `json:"post_logout_redirect_uris,omitempty"` // exact
	Description            string   `json:"description,omitempty"`               // for those who register
}

// Check says what is wrong with a registration, or nil.
func (c Client) Check() error {
	if c.ID == "" || len(c.RedirectURIs) == 0 {
		return fmt.Errorf("%q needs client_id and redirect_uris", c.ID)
	}
	for _, uri := range c.RedirectURIs {
		if u, err := url.Parse(uri); err != nil || u.Scheme == "" || u.Fragment != "" {
			return fmt.Errorf("%q: redirect_uri %q is not an absolute URI without fragment", c.ID, uri)
		}
	}
	switch c.Method {
	case "client_secret", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none", "":
		return nil
	}
	return fmt.Errorf("%q: token_endpoint_auth_method %q is not known", c.ID, c.Method)
}

// Scopes are those of CIS2.
var Scopes = []string{"openid", "profile", "email", "nhsperson", "associatedorgs", "nationalrbacaccess",
	"professionalmemberships", "organisationalmemberships", "selectedrole", "changedrole"}

// registered is a Client as fosite sees it.
type registered struct {
	*Client
	mode *Mode
}

func (c registered) GetID() string                      { return c.ID }
func (c registered) GetHashedSecret() []byte            { return nil }
func (c registered) GetRedirectURIs() []string          { return c.RedirectURIs }
func (c registered) GetGrantTypes() fosite.Arguments    { return c.mode.grants() }
func (c registered) GetResponseTypes() fosite.Arguments { return fosite.Arguments{"code"} }
func (c registered) GetScopes() fosite.Arguments        { return c.mode.scopes() }
func (c registered) IsPublic() bool                     { return c.Method == "none" }
func (c registered) GetAudience() fosite.Arguments      { return nil }
func (c registered) GetResponseModes() []fosite.ResponseModeType {
	return []fosite.ResponseModeType{fosite.ResponseModeQuery} // ours are looked at before
}

// secure lets a redirect leave by https, or by http to this machine only
// (RFC 8252 section 7.3).
func secure(_ context.Context, u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
}

package fault

import (
	"crypto/sha256"
	"net/http"
)

// opaqueAccessToken is the fault provider.opaque-access-token: the access token is no JWT.
var opaqueAccessToken = Info{
	ID:     "provider.opaque-access-token",
	Title:  "The access token is no JWT",
	Why:    "Its form is nobody's business but the provider's.",
	Source: "RFC 6749 section 1.4",
	Owes:   survive("do not look into it"),
	At:     []string{Token},
	Also:   []string{UserInfo},
	Sealed: func(_ *Call, t *JWT) { delete(t.Claims, "at_hash") },
	Answer: func(c *Call, a *Answer) {
		if c.Endpoint != Token {
			return
		}
		a.edit(func(m map[string]any) {
			token, _ := m["access_token"].(string)
			sum := sha256.Sum256([]byte(token))
			opaque := b64.EncodeToString(sum[:])
			m["access_token"] = opaque
			c.Memory.Swap(opaque, token)
		})
	},
	Instead: func(c *Call, _ http.ResponseWriter) bool {
		if token, ok := c.Memory.Get(bearer(c.request, c.Form)).(string); ok && c.Endpoint == UserInfo {
			c.request.Header.Set("Authorization", "Bearer "+token)
		}
		return false
	},
}

package diary

import "strings"

// Endpoint is what a path is for, by its last words: authorize, par, token,
// userinfo, jwks, discovery, logout, introspect, revoke, agent (the smartcard
// endpoints of the agent's protocol) or page. Prefixes differ by environment.
func Endpoint(path string) string {
	if strings.Contains(path, "/smartcard/v1/") {
		return "agent"
	}
	last := path[strings.LastIndex(path, "/")+1:]
	switch strings.ToLower(last) {
	case "authorize", "par", "userinfo", "introspect", "revoke":
		return strings.ToLower(last)
	case "access_token", "token":
		return "token"
	case "jwk_uri", "jwks":
		return "jwks"
	case "openid-configuration":
		return "discovery"
	case "endsession", "end_session", "logout":
		return "logout"
	}
	return "page"
}

package fault

import (
	"net/http"
	"strings"
)

// anyCode is the fault provider.any-code: every code gets a token.
var anyCode = Info{
	ID:    "provider.any-code",
	Title: "Every code gets a token",
	Why:   "Popular mocks accept codes that they never gave.",
	Owes:  lax("RFC 6749 section 4.1.3"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		if strings.Contains(string(x.Body), "invalid_grant") {
			x.Say(http.StatusOK, map[string]any{"access_token": "for-any-code", "token_type": "Bearer", "expires_in": 3599})
		}
	},
}

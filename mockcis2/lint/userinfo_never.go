package lint

import (
	"slices"
	"strings"
	"time"
)

// UserinfoNever is the lint lint.userinfo-never: claims are asked for and
// userinfo is never called.
var UserinfoNever = Lint{
	ID:       "lint.userinfo-never",
	Title:    "Claims are asked for and userinfo is never called",
	Area:     Using,
	Severity: Advice,
	Source:   "CIS2 scopes and claims: roles are in userinfo; OpenID Connect Core 1.0 section 5.3",
	Advice:   "Call userinfo once after each sign-in, or ask for openid only.",
	Find: func(s *Subject, say Say) {
		for _, t := range s.talks() {
			wants := slices.ContainsFunc(strings.Fields(t.ask.Value("scope")), func(scope string) bool {
				return scope != "openid" && scope != "selectedrole" && scope != "changedrole"
			})
			if wants && t.token != nil && t.userinfo == nil && s.Now.Sub(t.token.At) > time.Hour {
				say(*t.token, "the token died unused")
			}
		}
	},
}

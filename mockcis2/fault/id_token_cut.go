package fault

import "strings"

// idTokenCut is the fault provider.id-token-cut: the ID token ends before its signature.
var idTokenCut = Info{
	ID:     "provider.id-token-cut",
	Title:  "The ID token ends before its signature",
	Why:    "A field in a database or a log was too short.",
	Source: "RFC 7515 section 7.1",
	Owes:   refuse("refuse the ID token"),
	At:     []string{Token},
	Sealed: func(c *Call, t *JWT) { whole := t.compact(); t.Raw = whole[:strings.LastIndex(whole, ".")] },
}

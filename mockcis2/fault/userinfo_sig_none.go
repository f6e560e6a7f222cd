package fault

// userinfoSigNone is the fault provider.userinfo-sig-none: userinfo is a JWT with alg none.
var userinfoSigNone = Info{
	ID:     "provider.userinfo-sig-none",
	Title:  "Userinfo is a JWT with alg none",
	Why:    "A client was registered for it by mistake.",
	Source: "RFC 8725 section 3.2",
	Owes:   refuse("refuse what it says"),
	At:     []string{UserInfo},
	Answer: func(c *Call, a *Answer) {
		a.seal(c, func(t *JWT) { t.Sign, t.Header = nil, map[string]any{"alg": "none"} })
	},
}

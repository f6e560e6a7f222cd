package fault

// userinfoSigned is the fault provider.userinfo-signed: userinfo is a signed JWT.
var userinfoSigned = Info{
	ID:     "provider.userinfo-signed",
	Title:  "Userinfo is a signed JWT",
	Why:    "A client can be registered for it; at CIS2 it has no aud.",
	Source: "OpenID Connect Core section 5.3.2",
	RPTest: "oidcc-client-test-userinfo-signed",
	Owes:   survive("check its signature like an ID token's, and read it"),
	At:     []string{UserInfo},
	Answer: func(c *Call, a *Answer) { a.seal(c, func(*JWT) {}) },
}

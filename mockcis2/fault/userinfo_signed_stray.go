package fault

// userinfoSignedStray is the fault provider.userinfo-signed-stray: userinfo is signed by a key that is not published.
var userinfoSignedStray = Info{
	ID:     "provider.userinfo-signed-stray",
	Title:  "Userinfo is signed by a key that is not published",
	Why:    "Somebody between provider and application.",
	Source: "OpenID Connect Core section 5.3.4",
	Owes:   refuse("refuse what it says"),
	At:     []string{UserInfo},
	Answer: func(c *Call, a *Answer) { a.seal(c, func(t *JWT) { t.byStray(c, "not-published") }) },
}

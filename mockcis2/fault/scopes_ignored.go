package fault

// ScopesIgnored is the fault provider.scopes-ignored: userinfo says everything, whatever was asked.
var ScopesIgnored = Info{
	ID:    "provider.scopes-ignored",
	Title: "Userinfo says everything, whatever was asked",
	Why:   "Mocks keep one answer for each person.",
	Owes:  lax("OpenID Connect Core section 5.4"),
	At:    []string{UserInfo},
}

package fault

// userinfoMissingSub is the fault provider.userinfo-missing-sub: userinfo does not say whom it is about.
var userinfoMissingSub = Info{
	ID:       "provider.userinfo-missing-sub",
	Title:    "Userinfo does not say whom it is about",
	Why:      "A mapping of attributes is empty.",
	Source:   "OpenID Connect Core section 5.3.2",
	Owes:     refuse("refuse what it says: it could be about anybody"),
	At:       []string{UserInfo},
	UserInfo: func(c map[string]any) { delete(c, "sub") },
}

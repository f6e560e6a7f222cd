package fault

// UserInfoWrongSub is the fault provider.userinfo-wrong-sub: userinfo is about somebody else.
var UserInfoWrongSub = Info{
	ID:       "provider.userinfo-wrong-sub",
	Title:    "Userinfo is about somebody else",
	Why:      "Token substitution (OpenID Connect Core section 5.3.4).",
	Source:   "OpenID Connect Core section 5.3.2",
	RPTest:   "oidcc-client-test-userinfo-invalid-sub",
	Owes:     refuse("compare sub with the ID token and refuse"),
	At:       []string{UserInfo},
	UserInfo: func(c map[string]any) { c["sub"] = "555999999999" },
}

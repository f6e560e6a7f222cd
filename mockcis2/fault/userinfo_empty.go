package fault

// userinfoEmpty is the fault provider.userinfo-empty: userinfo is empty.
var userinfoEmpty = Info{
	ID:     "provider.userinfo-empty",
	Title:  "Userinfo is empty",
	Why:    "A proxy drops the body.",
	Source: "OpenID Connect Core section 5.3.2",
	Owes:   refuse("refuse: who signed in has no known roles"),
	At:     []string{UserInfo},
	Answer: func(_ *Call, a *Answer) { a.Body.Reset() },
}

package fault

// LogoutOnRemoval is the fault provider.logout-on-removal: userinfo stops answering once the sign-in is done.
var LogoutOnRemoval = Info{
	ID:    "provider.logout-on-removal",
	Title: "Userinfo stops answering once the sign-in is done",
	Why:   "The older agent ended the session when the card was pulled.",
	Owes:  Owes{"check", Refuse, "nothing; a check must notice (a pulled card ends nothing)"},
	At:    []string{UserInfo},
}

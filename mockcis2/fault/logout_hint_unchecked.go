package fault

// logoutHintUnchecked is the fault provider.logout-hint-unchecked: a bad hint at signing out is passed over.
var logoutHintUnchecked = Info{
	ID:    "provider.logout-hint-unchecked",
	Title: "A bad hint at signing out is passed over",
	Why:   "client_id alone feels like enough.",
	Owes:  lax("OpenID Connect RP-Initiated Logout section 4"),
	At:    []string{Logout},
	In: func(x *Exchange) {
		x.Form.Del("id_token_hint")
	},
}

package fault

// userinfoNameless is the fault provider.userinfo-nameless: the person has no name.
var userinfoNameless = Info{
	ID:    "provider.userinfo-nameless",
	Title: "The person has no name",
	Why:   "Scopes decide which names are there, and some accounts have none.",
	Owes:  survive("show the UUID instead"),
	At:    []string{UserInfo},
	UserInfo: func(c map[string]any) {
		for _, name := range []string{"name", "given_name", "family_name", "display_name", "initials", "title"} {
			delete(c, name)
		}
	},
}

package fault

// userInfoAsText is the fault provider.userinfo-as-text: userinfo is sent as text/plain.
var userInfoAsText = Info{
	ID:    "provider.userinfo-as-text",
	Title: "Userinfo is sent as text/plain",
	Why:   "A proxy does not know the type.",
	Owes:  noticed("refuse it, or read it as JSON all the same"),
	At:    []string{UserInfo},
	Out: func(x *Exchange) {
		x.Header.Set("Content-Type", "text/plain")
	},
}

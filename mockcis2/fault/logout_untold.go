package fault

// LogoutUntold is the fault provider.logout-untold: applications are not told that a session has ended.
var LogoutUntold = Info{
	ID:    "provider.logout-untold",
	Title: "Applications are not told that a session has ended",
	Why:   "Back-channel logout is announced, and not done.",
	Owes:  noticed("end its own session after a time"),
}

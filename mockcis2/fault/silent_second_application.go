package fault

// SilentSecondApplication is the fault provider.silent-second-application: a second application gets in without a passcode.
var SilentSecondApplication = Info{
	ID:    "provider.silent-second-application",
	Title: "A second application gets in without a passcode",
	Why:   "Ordinary single sign-on, which this service must not do.",
	Owes:  lax("design section 4 step 7"),
	At:    []string{Authorize},
}

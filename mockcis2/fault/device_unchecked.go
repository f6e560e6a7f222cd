package fault

// DeviceUnchecked is the fault provider.device-unchecked: whether the computer proves itself is not looked at.
var DeviceUnchecked = Info{
	ID:    "provider.device-unchecked",
	Title: "A computer that does not prove itself, or that nobody enrolled, is accepted",
	Why:   "The device key is asked for and never judged.",
	Owes:  lax("PROTOCOL section 6.1"),
	At:    []string{Assertion},
}

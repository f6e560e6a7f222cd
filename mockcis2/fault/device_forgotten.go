package fault

// DeviceForgotten is the fault provider.device-forgotten: an enrolled computer does not count.
var DeviceForgotten = Info{
	ID:    "provider.device-forgotten",
	Title: "A computer that is enrolled does not count",
	Why:   "The register of computers is out of step, as after a restore.",
	Owes:  lax("PROTOCOL section 6.1"),
	At:    []string{Assertion},
}

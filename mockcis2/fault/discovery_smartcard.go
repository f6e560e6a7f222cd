package fault

// DiscoverySmartcard is the fault provider.discovery-smartcard: discovery names a smartcard endpoint.
var DiscoverySmartcard = Info{
	ID:    "provider.discovery-smartcard",
	Title: "Discovery names a smartcard endpoint",
	Why:   "Home-made endpoints creep into a standard document.",
	Owes:  lax("PROTOCOL section 1"),
	At:    []string{Discovery},
}

package fault

// discoveryWithoutBackchannel is the fault provider.discovery-without-backchannel: discovery does not announce back-channel logout.
var discoveryWithoutBackchannel = Info{
	ID:    "provider.discovery-without-backchannel",
	Title: "Discovery does not announce back-channel logout",
	Why:   "Signing out was added later than the document.",
	Owes:  noticed("register for it all the same"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { delete(d, "backchannel_logout_supported") })
	},
}

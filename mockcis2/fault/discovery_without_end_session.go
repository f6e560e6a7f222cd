package fault

// discoveryWithoutEndSession is the fault provider.discovery-without-end-session: discovery does not name the end session endpoint.
var discoveryWithoutEndSession = Info{
	ID:    "provider.discovery-without-end-session",
	Title: "Discovery does not name the end session endpoint",
	Why:   "Signing out was added later than the document.",
	Owes:  noticed("sign out locally"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { delete(d, "end_session_endpoint") })
	},
}

package fault

// discoveryAsText is the fault provider.discovery-as-text: discovery is sent as text/plain.
var discoveryAsText = Info{
	ID:    "provider.discovery-as-text",
	Title: "Discovery is sent as text/plain",
	Why:   "A static file server does not know the type of a name without an ending.",
	Owes:  noticed("refuse it, or read it as JSON all the same"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.Header.Set("Content-Type", "text/plain")
	},
}

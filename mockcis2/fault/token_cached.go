package fault

// tokenCached is the fault provider.token-cached: token answers may be cached.
var tokenCached = Info{
	ID:    "provider.token-cached",
	Title: "Token answers may be cached",
	Why:   "A proxy in front rewrites headers.",
	Owes:  noticed("not cache it all the same"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		x.Header.Set("Cache-Control", "public, max-age=600")
	},
}

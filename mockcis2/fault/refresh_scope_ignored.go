package fault

// refreshScopeIgnored is the fault provider.refresh-scope-ignored: the scope of a refresh request is not looked at.
var refreshScopeIgnored = Info{
	ID:    "provider.refresh-scope-ignored",
	Title: "The scope of a refresh request is not looked at",
	Why:   "Libraries take the scope of the sign-in, whatever is asked for.",
	Mode:  "extended",
	Owes:  lax("RFC 6749 section 6"),
	At:    []string{Token},
	In: func(x *Exchange) {
		if x.Form.Get("grant_type") == "refresh_token" {
			x.Form.Del("scope")
		}
	},
}

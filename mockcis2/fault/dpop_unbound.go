package fault

// DPoPUnbound is the fault provider.dpop-unbound: a token bound to a key is accepted without that key.
var DPoPUnbound = Info{
	ID:    "provider.dpop-unbound",
	Title: "A token bound to a key is accepted without that key",
	Why:   "The resource server looks at the token alone.",
	Mode:  "extended",
	Owes:  lax("RFC 9449 section 7.1"),
	At:    []string{Token, UserInfo},
}

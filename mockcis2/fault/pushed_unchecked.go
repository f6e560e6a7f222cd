package fault

// PushedUnchecked is the fault provider.pushed-unchecked: a pushed request is good for any client, again and for ever.
var PushedUnchecked = Info{
	ID:    "provider.pushed-unchecked",
	Title: "A pushed request is good for any client, again and for ever",
	Why:   "The reference is a key into a table, and nobody looks whose it is.",
	Mode:  "extended",
	Owes:  lax("RFC 9126 section 2.2"),
	At:    []string{Authorize, Role},
}

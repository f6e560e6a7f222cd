package fault

// RefreshReusable is the fault provider.refresh-reusable: a refresh token can be used again.
var RefreshReusable = Info{
	ID:    "provider.refresh-reusable",
	Title: "A refresh token can be used again",
	Why:   "Refresh tokens are not rotated, or the old ones are not forgotten.",
	Mode:  "extended",
	Owes:  lax("RFC 9700 section 4.14.2"),
	At:    []string{Token},
}

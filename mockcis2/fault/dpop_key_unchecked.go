package fault

// DPoPKeyUnchecked is the fault provider.dpop-key-unchecked: type, key and signature of a DPoP proof are not looked at.
var DPoPKeyUnchecked = Info{
	ID:    "provider.dpop-key-unchecked",
	Title: "Type, key and signature of a DPoP proof are not looked at",
	Why:   "The proof is decoded, not verified.",
	Mode:  "extended",
	Owes:  lax("RFC 9449 section 4.3"),
	At:    []string{PAR, Token, UserInfo},
}

package fault

// DPoPClaimsUnchecked is the fault provider.dpop-claims-unchecked: the claims of a DPoP proof are not looked at.
var DPoPClaimsUnchecked = Info{
	ID:    "provider.dpop-claims-unchecked",
	Title: "The claims of a DPoP proof are not looked at",
	Why:   "Signature and key are checked, and a proof made for another request passes.",
	Mode:  "extended",
	Owes:  lax("RFC 9449 section 4.3"),
	At:    []string{PAR, Token, UserInfo},
}

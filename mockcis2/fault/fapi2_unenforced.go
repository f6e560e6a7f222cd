package fault

// FAPI2Unenforced is the fault provider.fapi2-unenforced: what FAPI 2.0 asks for beyond OAuth is not asked for.
var FAPI2Unenforced = Info{
	ID:    "provider.fapi2-unenforced",
	Title: "What FAPI 2.0 asks for beyond OAuth is not asked for",
	Why:   "A profile is switched on in the metadata only.",
	Mode:  "fapi2",
	Owes:  lax("FAPI 2.0 Security Profile section 5.3.2"),
	At:    []string{PAR, Authorize, Token, Introspect, Revoke},
}

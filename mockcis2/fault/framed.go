package fault

// Framed is the fault provider.framed: the login page may be framed.
var Framed = Info{
	ID:    "provider.framed",
	Title: "The login page may be framed",
	Why:   "A header is forgotten.",
	Owes:  lax("RFC 9700 section 4.16"),
}

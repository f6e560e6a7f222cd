package door

import "net/http"

// anySigningOrigin lets every page sign.
var anySigningOrigin = Fault{
	ID:    "door.any-signing-origin",
	Title: "the agent lets every page have prescriptions signed",
	Why:   "One list for logging in and for signing would let the login page sign prescriptions.",
	Ask:   func(c Cell, r *http.Request) { r.Header.Set("Origin", c.SigningOrigin) },
}

package door

import "net/http"

// anyOrigin lets every page in.
var anyOrigin = Fault{
	ID:    "door.any-origin",
	Title: "the agent takes every page for the login page",
	Why:   "Local services that forgot to check Origin let any web site act for the person at the desk.",
	Ask:   func(c Cell, r *http.Request) { r.Header.Set("Origin", c.LoginOrigin) },
}

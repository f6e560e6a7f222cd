package fault

// tokenErrorsAsHTML is the fault provider.token-errors-as-html: errors of the token endpoint are HTML.
var tokenErrorsAsHTML = Info{
	ID:    "provider.token-errors-as-html",
	Title: "Errors of the token endpoint are HTML",
	Why:   "A proxy in front shows its own page.",
	Owes:  noticed("report the status"),
	At:    []string{Token},
	Out: func(x *Exchange) {
		if x.Status >= 400 {
			x.Header.Set("Content-Type", "text/html")
			x.Body = []byte("<!doctype html><title>Error</title><h1>Something went wrong</h1>")
		}
	},
}

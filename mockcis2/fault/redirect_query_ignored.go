package fault

import "net/url"

// redirectQueryIgnored is the fault provider.redirect-query-ignored: query and fragment of redirect_uri are ignored when it is compared.
var redirectQueryIgnored = Info{
	ID:    "provider.redirect-query-ignored",
	Title: "Query and fragment of redirect_uri are ignored when it is compared",
	Why:   "A comparison of scheme, host and path only.",
	Owes:  lax("RFC 9700 section 2.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if u, err := url.Parse(x.Form.Get("redirect_uri")); err == nil {
			u.RawQuery, u.Fragment = "", ""
			x.Form.Set("redirect_uri", u.String())
		}
	},
}

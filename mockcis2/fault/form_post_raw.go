package fault

import (
	"html"
	"strings"
)

// formPostRaw is the fault provider.form-post-raw: the page of form_post is cached and escapes nothing.
var formPostRaw = Info{
	ID:    "provider.form-post-raw",
	Title: "The page of form_post is cached and escapes nothing",
	Why:   "It is put together from strings.",
	Mode:  "extended",
	Owes:  noticed("check state and iss as always"),
	At:    []string{Authorize, Role},
	Out: func(x *Exchange) {
		if strings.Contains(string(x.Body), `id="form-post"`) {
			x.Body = []byte(html.UnescapeString(string(x.Body)))
			for _, name := range []string{"Cache-Control", "Content-Security-Policy", "Referrer-Policy"} {
				x.Header.Del(name)
			}
		}
	},
}

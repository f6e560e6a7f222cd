package fault

import "strings"

// promptNoneShowsLogin is the fault provider.prompt-none-shows-login: a login page is shown in spite of prompt=none.
var promptNoneShowsLogin = Info{
	ID:    "provider.prompt-none-shows-login",
	Title: "A login page is shown in spite of prompt=none",
	Why:   "The parameter is not known to the provider.",
	Owes:  noticed("give up after a time, as nothing comes back"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if strings.Contains(x.Form.Get("prompt"), "none") {
			x.Form.Del("prompt")
		}
	},
}

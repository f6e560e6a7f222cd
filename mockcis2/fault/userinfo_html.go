package fault

// userinfoHTML is the fault provider.userinfo-html: userinfo is a page.
var userinfoHTML = Info{
	ID:     "provider.userinfo-html",
	Title:  "Userinfo is a page",
	Why:    "A login page or a proxy's notice is answered with 200.",
	Source: "OpenID Connect Core section 5.3.2",
	Owes:   refuse("refuse: who signed in has no known roles"),
	At:     []string{UserInfo},
	Answer: func(_ *Call, a *Answer) {
		a.header.Set("Content-Type", "text/html; charset=utf-8")
		a.Body.Reset()
		a.Body.WriteString("<html><body>Please sign in to the network.</body></html>")
	},
}

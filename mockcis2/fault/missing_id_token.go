package fault

// missingIDToken is the fault provider.missing-id-token: there is no ID token.
var missingIDToken = Info{
	ID:     "provider.missing-id-token",
	Title:  "There is no ID token",
	Why:    "openid was dropped from the scope on its way.",
	Source: "OpenID Connect Core section 3.1.3.3",
	Owes:   refuse("refuse: nobody is known to have signed in"),
	At:     []string{Token},
	Answer: func(_ *Call, a *Answer) { a.edit(func(m map[string]any) { delete(m, "id_token") }) },
}

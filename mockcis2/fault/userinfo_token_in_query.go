package fault

// userInfoTokenInQuery is the fault provider.userinfo-token-in-query: userinfo takes the token from the query.
var userInfoTokenInQuery = Info{
	ID:    "provider.userinfo-token-in-query",
	Title: "Userinfo takes the token from the query",
	Why:   "RFC 6750 section 2.3 once allowed it; it ends up in logs.",
	Owes:  lax("RFC 9700 section 4.3.2"),
	At:    []string{UserInfo},
	In: func(x *Exchange) {
		if token := x.Request.URL.Query().Get("access_token"); token != "" {
			x.Request.Header.Set("Authorization", "Bearer "+token)
			x.Form.Del("access_token")
		}
	},
}

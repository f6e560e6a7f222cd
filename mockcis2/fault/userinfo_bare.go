package fault

// userInfoBare is the fault provider.userinfo-bare: userinfo says nothing but sub.
var userInfoBare = Info{
	ID:    "provider.userinfo-bare",
	Title: "Userinfo says nothing but sub",
	Why:   "The claims are not mapped in this environment.",
	Owes:  noticed("cope without"),
	At:    []string{UserInfo},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			for name := range d {
				if name != "sub" {
					delete(d, name)
				}
			}
		})
	},
}

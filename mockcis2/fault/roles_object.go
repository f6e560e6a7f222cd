package fault

// rolesObject is the fault provider.roles-object: a lone role is an object, not a list of one.
var rolesObject = Info{
	ID:    "provider.roles-object",
	Title: "A lone role is an object, not a list of one",
	Why:   "A vendor reads either; XML turned into JSON does this.",
	Owes:  survive("read one as a list of one"),
	At:    []string{UserInfo},
	UserInfo: func(c map[string]any) {
		if list, ok := c["nhsid_nrbac_roles"].([]any); ok && len(list) > 0 {
			c["nhsid_nrbac_roles"] = list[0]
		}
	},
}

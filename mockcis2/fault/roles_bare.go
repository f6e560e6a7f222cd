package fault

// rolesBare is the fault provider.roles-bare: roles have codes and nothing else.
var rolesBare = Info{
	ID:    "provider.roles-bare",
	Title: "Roles have codes and nothing else",
	Why:   "activities, workgroups and areas of work may be absent, and so may their names.",
	Owes:  survive("need role_code only"),
	At:    []string{UserInfo},
	UserInfo: func(c map[string]any) {
		list, _ := c["nhsid_nrbac_roles"].([]any)
		for i := range list {
			if role, ok := list[i].(map[string]any); ok {
				list[i] = map[string]any{"person_roleid": role["person_roleid"], "role_code": role["role_code"], "org_code": role["org_code"]}
			}
		}
	},
}

package fault

// rolesEmpty is the fault provider.roles-empty: the person has a list of roles with nothing in it.
var rolesEmpty = Info{
	ID:       "provider.roles-empty",
	Title:    "The person has a list of roles with nothing in it",
	Why:      "People without roles exist, and serialisers differ.",
	Owes:     survive("let the person in without rights, or say that there is no role"),
	At:       []string{UserInfo},
	UserInfo: func(c map[string]any) { c["nhsid_nrbac_roles"] = []any{} },
}

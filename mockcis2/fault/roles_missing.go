package fault

// rolesMissing is the fault provider.roles-missing: the person has no list of roles.
var rolesMissing = Info{
	ID:       "provider.roles-missing",
	Title:    "The person has no list of roles",
	Why:      "CIS2 leaves out what is empty.",
	Owes:     survive("let the person in without rights, or say that there is no role"),
	At:       []string{UserInfo},
	UserInfo: func(c map[string]any) { delete(c, "nhsid_nrbac_roles") },
}

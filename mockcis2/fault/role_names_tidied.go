package fault

import "bytes"

// roleNamesTidied is the fault provider.role-names-tidied: roles come without CIS2's odd spellings.
var roleNamesTidied = Info{
	ID:    "provider.role-names-tidied",
	Title: "Roles come without CIS2's odd spellings",
	Why:   "Somebody tidied the fixtures: workgroup_codes, and no quotes in role_name.",
	Owes:  noticed("find roles by code, not by spelling"),
	At:    []string{UserInfo},
	Out: func(x *Exchange) {
		x.Body = bytes.ReplaceAll(x.Body, []byte("workgroups_codes"), []byte("workgroup_codes"))
		x.Body = bytes.ReplaceAll(x.Body, []byte(`\"`), nil)
	},
}

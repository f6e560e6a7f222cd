package people

import "slices"

// UserInfo is what userinfo says about p for the granted scopes, in the shapes
// of CIS2: lists that are empty are absent.
func (p Person) UserInfo(scopes []string) map[string]any {
	c := map[string]any{"sub": p.UUID}
	add := func(scope string, claims map[string]any) {
		if !slices.Contains(scopes, scope) {
			return
		}
		for name, v := range claims {
			if !empty(v) {
				c[name] = v
			}
		}
	}
	names := map[string]any{"name": p.Name(), "family_name": p.FamilyName, "given_name": p.GivenName, "uid": p.UUID, "nhsid_useruid": p.UUID}
	add("profile", names)
	add("email", map[string]any{"email": p.Email})
	add("nhsperson", names)
	add("nhsperson", map[string]any{"title": p.Title, "idassurancelevel": p.Assurance, "initials": p.Initials,
		"middle_names": p.MiddleNames, "display_name": p.Name()})
	add("associatedorgs", map[string]any{"nhsid_user_orgs": p.Orgs, "nhsid_useruid": p.UUID})
	add("nationalrbacaccess", map[string]any{"nhsid_nrbac_roles": p.Roles, "nhsid_useruid": p.UUID})
	add("organisationalmemberships", map[string]any{"nhsid_org_memberships": p.Memberships, "nhsid_org_roles": p.OrgRoles})
	for name, id := range p.Professions {
		add("professionalmemberships", map[string]any{name: id})
	}
	return c
}

func empty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []Role:
		return len(v) == 0
	case []Org:
		return len(v) == 0
	case []Membership:
		return len(v) == 0
	}
	return false
}

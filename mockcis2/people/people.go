// Package people holds who can sign in: personas as data, one JSON file each.
// The first six have the UUIDs of the toy cards, so that a card and a person
// meet by number alone; the others are for what can be odd about a person.
package people

import (
	"slices"
	"strings"
)

// Role is one national RBAC role, in the member names of CIS2 userinfo. Note
// workgroups_codes beside activity_codes: that is how the real one spells it.
// Absent lists stay absent.
type Role struct {
	PersonOrgID    string   `json:"person_orgid"`
	PersonRoleID   string   `json:"person_roleid"`
	OrgCode        string   `json:"org_code"`
	RoleName       string   `json:"role_name"` // with its inner double quotes
	RoleCode       string   `json:"role_code"`
	Activities     []string `json:"activities,omitempty"`
	ActivityCodes  []string `json:"activity_codes,omitempty"`
	Workgroups     []string `json:"workgroups,omitempty"`
	WorkgroupCodes []string `json:"workgroups_codes,omitempty"`
	AOW            []string `json:"aow,omitempty"`
	AOWCodes       []string `json:"aow_codes,omitempty"`
}

// Org is an organisation a person belongs to.
type Org struct {
	OrgName string `json:"org_name"`
	OrgCode string `json:"org_code"`
}

// Membership is a person's place in an organisation.
type Membership struct {
	PersonOrgID string `json:"person_orgid"`
	OrgName     string `json:"org_name"`
	OrgCode     string `json:"org_code"`
	GNC         string `json:"gnc,omitempty"`
}

// Person is one persona. The zero values of what is odd are the ordinary case:
// a valid card, no other way to sign in, not a user of the legacy agent.
type Person struct {
	UUID           string            `json:"uuid"`            // 12 digits, as on the card
	About          string            `json:"about,omitempty"` // what this persona is for
	Title          string            `json:"title,omitempty"`
	GivenName      string            `json:"given_name,omitempty"`
	MiddleNames    string            `json:"middle_names,omitempty"`
	FamilyName     string            `json:"family_name"`
	Initials       string            `json:"initials,omitempty"`
	Email          string            `json:"email,omitempty"`
	Assurance      string            `json:"idassurancelevel"`         // "0" to "3"
	NoCard         bool              `json:"no_card,omitempty"`        // signs in by Authenticators only
	Expired        bool              `json:"expired,omitempty"`        // the card counts as out of date
	Revoked        bool              `json:"revoked,omitempty"`        // the card counts as revoked
	LegacyAgent    bool              `json:"legacy_agent,omitempty"`   // AAL3_N3_SMARTCARD works
	Authenticators []string          `json:"authenticators,omitempty"` // pwd, TOTP, NHSMAIL, FIDO2, IOS
	Password       string            `json:"password,omitempty"`       // published, like all toy secrets
	TOTPSecret     string            `json:"totp_secret,omitempty"`    // base32 (RFC 4648), for RFC 6238
	Roles          []Role            `json:"nhsid_nrbac_roles,omitempty"`
	Orgs           []Org             `json:"nhsid_user_orgs,omitempty"`
	Memberships    []Membership      `json:"nhsid_org_memberships,omitempty"`
	OrgRoles       []Membership      `json:"nhsid_org_roles,omitempty"`
	Professions    map[string]string `json:"professional_memberships,omitempty"` // gmc_id, nmc_id, …
}

// Name is how pages and the name claim call the person.
func (p Person) Name() string {
	return strings.Join(strings.Fields(p.Title+" "+p.GivenName+" "+p.FamilyName), " ")
}

// Role is the person's role with this person_roleid.
func (p Person) Role(id string) (Role, bool) {
	for _, r := range p.Roles {
		if r.PersonRoleID == id {
			return r, true
		}
	}
	return Role{}, false
}

// Can says whether the person may sign in this way: an amr value of CIS2.
func (p Person) Can(amr string) bool {
	switch amr {
	case "CIS2_SMARTCARD":
		return !p.NoCard
	case "N3_SMARTCARD":
		return !p.NoCard && p.LegacyAgent
	}
	return slices.Contains(p.Authenticators, amr)
}

// OrgName is what the person's organisations are called, or the code itself.
func (p Person) OrgName(code string) string {
	for _, o := range p.Orgs {
		if o.OrgCode == code {
			return o.OrgName
		}
	}
	return code
}

// Label is a role as a person reads it: the last part of its name.
func (r Role) Label() string {
	parts := strings.Split(r.RoleName, ":")
	return strings.Trim(parts[len(parts)-1], `"`)
}

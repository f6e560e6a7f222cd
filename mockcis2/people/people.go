// Package people holds who can sign in: personas as data. Their UUIDs are those
// of the toy cards, so that a card and a person meet by number alone.
package people

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

//go:embed data/*.json
var data embed.FS

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

// Person is one persona.
type Person struct {
	UUID        string            `json:"uuid"` // 12 digits, as on the card
	Title       string            `json:"title,omitempty"`
	GivenName   string            `json:"given_name"`
	MiddleNames string            `json:"middle_names,omitempty"`
	FamilyName  string            `json:"family_name"`
	Initials    string            `json:"initials,omitempty"`
	Email       string            `json:"email,omitempty"`
	Assurance   string            `json:"idassurancelevel"` // "1" to "3"
	Revoked     bool              `json:"revoked,omitempty"`
	Roles       []Role            `json:"nhsid_nrbac_roles,omitempty"`
	Orgs        []Org             `json:"nhsid_user_orgs,omitempty"`
	Memberships []Membership      `json:"nhsid_org_memberships,omitempty"`
	OrgRoles    []Membership      `json:"nhsid_org_roles,omitempty"`
	Professions map[string]string `json:"professional_memberships,omitempty"` // gmc_id, nmc_id, …
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

// Label is a role as a person reads it: the last part of its name and where.
func (r Role) Label() string {
	parts := strings.Split(r.RoleName, ":")
	return strings.Trim(parts[len(parts)-1], `"`)
}

// Default are the personas of the toy cards.
func Default() ([]Person, error) {
	files, err := data.ReadDir("data")
	if err != nil {
		return nil, err
	}
	var all []Person
	for _, f := range files {
		raw, err := data.ReadFile("data/" + f.Name())
		if err != nil {
			return nil, err
		}
		p, err := Read(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		all = append(all, p)
	}
	return all, nil
}

// Read parses one persona; unknown fields and a malformed UUID are refused.
func Read(r io.Reader) (Person, error) {
	var p Person
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Person{}, fmt.Errorf("persona: %w", err)
	}
	if len(p.UUID) != 12 || strings.Trim(p.UUID, "0123456789") != "" {
		return Person{}, fmt.Errorf("persona: uuid %q is not 12 digits", p.UUID)
	}
	return p, nil
}

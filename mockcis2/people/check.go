package people

import (
	"encoding/base32"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode"
)

// Kinds of authenticators other than cards: the amr values of CIS2.
var Kinds = []string{"pwd", "TOTP", "NHSMAIL", "FIDO2", "IOS"}

// Bodies are the claims of scope professionalmemberships (facts on CIS2
// section 1.7).
var Bodies = []string{"gmc_id", "nmc_id", "gdc_id", "gmp_id", "gdp_id", "gphc_id", "rcn_id", "consultant_id"}

// longestName is in characters: longer than any field of a certificate.
const longestName = 300

var (
	digits12 = regexp.MustCompile(`^[0-9]{12}$`)
	digits   = regexp.MustCompile(`^[0-9]{8,16}$`)
	orgCode  = regexp.MustCompile(`^[A-Z0-9]{3,8}$`)
	roleCode = regexp.MustCompile(`^[RS][0-9]{4}(:[GR][0-9]{4}){0,2}$`)
	roleName = regexp.MustCompile(`^"[^"]+"(:"[^"]+"){0,2}$`)
)

// Check says which field is wrong, or nothing.
func (p Person) Check() error {
	for _, err := range []error{p.checkSelf(), p.checkWays(), p.checkRoles(), p.checkPlaces()} {
		if err != nil {
			return fmt.Errorf("persona %s: %w", p.UUID, err)
		}
	}
	return nil
}

func (p Person) checkSelf() error {
	if !digits12.MatchString(p.UUID) {
		return fmt.Errorf("uuid: %q is not 12 digits", p.UUID)
	}
	if p.GivenName == "" && p.FamilyName == "" {
		return errors.New("family_name: given_name and family_name are both empty")
	}
	if !slices.Contains([]string{"0", "1", "2", "3"}, p.Assurance) {
		return fmt.Errorf("idassurancelevel: %q is not \"0\" to \"3\", as a string", p.Assurance)
	}
	for name, v := range map[string]string{"title": p.Title, "given_name": p.GivenName, "middle_names": p.MiddleNames,
		"family_name": p.FamilyName, "initials": p.Initials, "email": p.Email, "about": p.About} {
		if len([]rune(v)) > longestName || slices.ContainsFunc([]rune(v), unicode.IsControl) {
			return fmt.Errorf("%s: longer than %d characters, or has control characters", name, longestName)
		}
	}
	for name := range p.Professions {
		if !slices.Contains(Bodies, name) {
			return fmt.Errorf("professional_memberships.%s: not one of %v", name, Bodies)
		}
	}
	return nil
}

func (p Person) checkWays() error {
	for i, kind := range p.Authenticators {
		if !slices.Contains(Kinds, kind) {
			return fmt.Errorf("authenticators[%d]: %q is not one of %v", i, kind, Kinds)
		}
	}
	if (p.Can("pwd") || p.Can("NHSMAIL") || p.Can("TOTP")) && p.Password == "" {
		return errors.New("password: an authenticator needs one")
	}
	if p.Can("NHSMAIL") && p.Email == "" {
		return errors.New("email: NHSMAIL needs one")
	}
	secret, err := base32.StdEncoding.DecodeString(p.TOTPSecret)
	if err != nil || p.Can("TOTP") && len(secret) < 16 {
		return errors.New("totp_secret: TOTP needs at least 128 bits of base32 (RFC 4226 section 4)")
	}
	if p.NoCard && (p.Expired || p.Revoked || p.LegacyAgent) {
		return errors.New("no_card: contradicts expired, revoked or legacy_agent")
	}
	return nil
}

func (p Person) checkRoles() error {
	seen := map[string]bool{}
	for i, r := range p.Roles {
		at := fmt.Sprintf("nhsid_nrbac_roles[%d]", i)
		switch {
		case !digits.MatchString(r.PersonRoleID) || seen[r.PersonRoleID]:
			return fmt.Errorf("%s.person_roleid: %q is not 8 to 16 digits, or used twice", at, r.PersonRoleID)
		case !digits.MatchString(r.PersonOrgID):
			return fmt.Errorf("%s.person_orgid: %q is not 8 to 16 digits", at, r.PersonOrgID)
		case !orgCode.MatchString(r.OrgCode):
			return fmt.Errorf("%s.org_code: %q is not an organisation code", at, r.OrgCode)
		case !roleCode.MatchString(r.RoleCode):
			return fmt.Errorf("%s.role_code: %q is not like S8000:G8000:R8001", at, r.RoleCode)
		case !roleName.MatchString(r.RoleName):
			return fmt.Errorf("%s.role_name: %q must keep its inner double quotes", at, r.RoleName)
		case len(r.Activities) != len(r.ActivityCodes):
			return fmt.Errorf("%s.activity_codes: one for each of activities", at)
		case len(r.Workgroups) != len(r.WorkgroupCodes):
			return fmt.Errorf("%s.workgroups_codes: one for each of workgroups", at)
		case len(r.AOW) != len(r.AOWCodes):
			return fmt.Errorf("%s.aow_codes: one for each of aow", at)
		}
		seen[r.PersonRoleID] = true
	}
	return nil
}

func (p Person) checkPlaces() error {
	for i, o := range p.Orgs {
		if !orgCode.MatchString(o.OrgCode) || o.OrgName == "" {
			return fmt.Errorf("nhsid_user_orgs[%d]: needs org_name and an org_code", i)
		}
	}
	for name, list := range map[string][]Membership{"nhsid_org_memberships": p.Memberships, "nhsid_org_roles": p.OrgRoles} {
		for i, m := range list {
			if !orgCode.MatchString(m.OrgCode) || m.OrgName == "" || !digits.MatchString(m.PersonOrgID) {
				return fmt.Errorf("%s[%d]: needs person_orgid, org_name and an org_code", name, i)
			}
		}
	}
	return nil
}

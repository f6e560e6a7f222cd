package people_test

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

var update = flag.Bool("update", false, "rewrite testdata")

// Requirement: every persona that ships passes the strict reader, and Default
// reads the same. Turned red by: a typo in a file of data/.
func TestDefaultIsStrict(t *testing.T) {
	strict, err := people.ReadDir(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := people.Default()
	if err != nil || !reflect.DeepEqual(strict, all) {
		t.Errorf("read in two ways, two sets of people: %v", err)
	}
}

// Requirement: at least 40 personas, and each kind that the issue names is among
// them. Source: issue item 4. Turned red by: deleting the last one of a kind.
func TestKinds(t *testing.T) {
	all, err := people.Default()
	if err != nil || len(all) < 40 {
		t.Fatalf("%d personas, %v", len(all), err)
	}
	kinds := map[string]func(people.Person) bool{
		"no roles":      func(p people.Person) bool { return len(p.Roles) == 0 && !p.NoCard },
		"one role":      func(p people.Person) bool { return len(p.Roles) == 1 },
		"five roles":    func(p people.Person) bool { return len(p.Roles) == 5 },
		"six roles":     func(p people.Person) bool { return len(p.Roles) == 6 },
		"many roles":    func(p people.Person) bool { return len(p.Roles) >= 40 },
		"expired":       func(p people.Person) bool { return p.Expired && !p.Revoked },
		"revoked":       func(p people.Person) bool { return p.Revoked && !p.Expired },
		"assurance 1":   func(p people.Person) bool { return p.Assurance == "1" && !p.NoCard },
		"assurance 2":   func(p people.Person) bool { return p.Assurance == "2" && !p.NoCard },
		"accents":       func(p people.Person) bool { return strings.ContainsAny(p.FamilyName, "ářöŁ") },
		"apostrophe":    func(p people.Person) bool { return strings.ContainsAny(p.FamilyName, "'’") },
		"one name":      func(p people.Person) bool { return p.GivenName == "" },
		"very long":     func(p people.Person) bool { return len(p.Name()) > 150 },
		"right to left": func(p people.Person) bool { return strings.Contains(p.FamilyName, "בן") },
		"legacy agent":  func(p people.Person) bool { return p.Can(op.WayLegacy) },
		"AAL1":          func(p people.Person) bool { return p.NoCard && p.Can(op.WayPassword) },
		"AAL2 TOTP":     func(p people.Person) bool { return p.NoCard && p.Can(op.WayTOTP) },
		"AAL2 NHSmail":  func(p people.Person) bool { return p.NoCard && p.Can(op.WayNHSmail) },
		"FIDO2":         func(p people.Person) bool { return p.Can(op.WayFIDO2) },
		"IOS":           func(p people.Person) bool { return p.Can(op.WayIOS) },
	}
	for _, body := range people.Bodies {
		kinds["only "+body] = func(p people.Person) bool { return len(p.Professions) == 1 && p.Professions[body] != "" }
	}
	for name, is := range kinds {
		found := false
		for _, p := range all {
			found = found || is(p)
		}
		if !found {
			t.Errorf("no persona: %s", name)
		}
	}
}

const good = `{"uuid":"555000000998","family_name":"Good","idassurancelevel":"3","nhsid_nrbac_roles":[{"person_orgid":"1111000000002222","person_roleid":"5555000000008888","org_code":"A9A5A","role_name":"\"Clinical\":\"x\":\"y\"","role_code":"S8000:G8000:R8001"}]}`

// Requirement: a wrong persona file is refused, and the error names file and
// field. Source: issue item 4. Turned red by: any check left out.
func TestErrorsNameFileAndField(t *testing.T) {
	if _, err := people.Read(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{`"uuid":"555000000998"`, `"uuid":"55500000099"`, "uuid"},
		{`"uuid":"555000000998"`, `"uuid":555000000998`, "uuid"},
		{`"family_name":"Good"`, `"family_name":""`, "family_name"},
		{`"family_name":"Good"`, `"family_name":"Go\u0007od"`, "family_name"},
		{`"family_name":"Good"`, `"family_name":"` + strings.Repeat("x", 301) + `"`, "family_name"},
		{`"family_name":"Good"`, `"family_name":"Good","family_name":"Other"`, "family_name: there more than once"},
		{`"family_name":"Good"`, `"family_name":"Good","famly":1`, "famly"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":3`, "idassurancelevel"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":"4"`, "idassurancelevel"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":"3","authenticators":["DNA"]`, "authenticators[0]"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":"3","authenticators":["pwd"]`, "password"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":"3","password":"x","authenticators":["TOTP"],"totp_secret":"AB"`, "totp_secret"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":"3","no_card":true,"expired":true`, "no_card"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":"3","professional_memberships":{"abc_id":"1"}`, "professional_memberships.abc_id"},
		{`"idassurancelevel":"3"`, `"idassurancelevel":"3","nhsid_user_orgs":[{"org_code":"A9A5A"}]`, "nhsid_user_orgs[0]"},
		{`"org_code":"A9A5A"`, `"org_code":"a"`, "nhsid_nrbac_roles[0].org_code"},
		{`"role_code":"S8000:G8000:R8001"`, `"role_code":"nurse"`, "nhsid_nrbac_roles[0].role_code"},
		{`"role_name":"\"Clinical\":\"x\":\"y\""`, `"role_name":"Clinical"`, "nhsid_nrbac_roles[0].role_name"},
		{`"role_name":"\"Clinical\":\"x\":\"y\""`, `"role_name":"\"a\"","activities":["x"]`, "nhsid_nrbac_roles[0].activity_codes"},
		{`"role_name":"\"Clinical\":\"x\":\"y\""`, `"role_name":"\"a\"","role_name":"\"b\""`, "role_name: there more than once"},
		{`]}`, `]} {}`, "something follows"},
		{`"Good"`, "\"Go\xffod\"", "UTF-8"},
		{`{"uuid"`, strings.Repeat(" ", 1<<20) + `{"uuid"`, "megabyte"},
		{`]}`, `]`, "EOF"},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		_, err := people.ReadDir(fstest.MapFS{"odd.json": {Data: []byte(text)}})
		if text == good || err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "odd.json: ") {
			t.Errorf("%s: %v", c.to, err)
		}
	}
	_, err := people.ReadDir(fstest.MapFS{"a.json": {Data: []byte(good)}, "b.json": {Data: []byte(good)}})
	if err == nil || !strings.Contains(err.Error(), "b.json: uuid: a.json") {
		t.Errorf("one UUID twice: %v", err)
	}
}

// Requirement: userinfo for each scope alone has exactly the members and shapes of
// CIS2: workgroups_codes with its s, inner quotes in role_name, levels as strings,
// empty members absent. Source: facts on CIS2 section 1.7. The golden file was
// read by a person. Turned red by: any claim in another scope, or another shape.
func TestUserInfoShapes(t *testing.T) {
	all, err := people.Default()
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]map[string]any{}
	for _, p := range all {
		switch p.UUID {
		case "555000000017", "555000000102", "555000000105", "555000000126", "555000000129":
			for _, scope := range op.Scopes {
				said[p.UUID+" "+scope] = p.UserInfo([]string{"openid", scope})
			}
		}
	}
	got, err := json.MarshalIndent(said, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/userinfo.json"
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != string(got)+"\n" {
		t.Errorf("userinfo is not that of %s (%v): %s", golden, err, got)
	}
}

// FuzzRead: no file makes the reader panic, and what it accepts it accepts again.
func FuzzRead(f *testing.F) {
	f.Add(good)
	f.Add(`{"uuid":"555000000998","uuid":[{"a":{}}]}`)
	f.Add(strings.Repeat("[", 20000))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := people.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if q, err := people.Read(strings.NewReader(string(raw))); err != nil || q.UUID != p.UUID {
			t.Errorf("%s became %s: %v", text, raw, err)
		}
	})
}

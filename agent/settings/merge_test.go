package settings_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// tiers are three empty tiers.
func tiers() (policy, machine, user *settings.Memory, layers []settings.Layer) {
	policy, machine, user = &settings.Memory{Place: "P"}, &settings.Memory{Place: "M"}, &settings.Memory{Place: "U"}
	return policy, machine, user, []settings.Layer{{settings.Policy, policy}, {settings.Machine, machine}, {settings.User, user}}
}

func effective(t *testing.T, s settings.Snapshot, name string) settings.Effective {
	t.Helper()
	for _, v := range s.Values {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no %s", name)
	return settings.Effective{}
}

// Requirement: for every setting, policy over machine over user over default,
// but a security setting never from the user; each with its tier and what it
// overrides (issue "settings", design §4). Turned red by: another order, or a
// row that the user tier may decide though it is a security setting.
func TestTiers(t *testing.T) {
	valid := map[string]string{"Issuers": "int https://am.example:443/realm", "LoginOrigins": "", "SigningOrigins": "https://sign.example",
		"TrustedCertificateIssuers": "CN=A, O=nhs", "TimeToShowPinForm": "60", "Prompter": "terminal", "Keypad": "never", "Pinentry": "pinentry-x;--one",
		"BrowserOpener": "open", "ReaderFilter": "Omnikey", "Port": "1234", "PortServiceSocket": "/run/p.sock", "TPM": "/dev/tpm0", "HandOverFallback": "no",
		"ExpiryWarningDays": "30", "HelpdeskText": "Ring 1234.", "HelpdeskLink": "https://help.example/", "LogLevel": "DEBUG"}
	for _, row := range settings.Table() {
		value, ok := valid[row.Name]
		if !ok {
			t.Errorf("%s is not in this test", row.Name)
			continue
		}
		policy, machine, user, layers := tiers()
		expect := func(tier settings.Tier, others int) {
			t.Helper()
			s := settings.Merge(layers)
			if e := effective(t, s, row.Name); e.Tier != tier || len(e.Others) != others || e.Title == "" {
				t.Errorf("%s: %+v, want %s and %d others", row.Name, e, tier, others)
			}
			if complaints := len(s.Complaints); (complaints == 1) != (row.Security && others > 0) {
				t.Errorf("%s: %v", row.Name, s.Complaints)
			}
		}
		expect(settings.Default, 0)
		user.Put(row.Name, "REG_SZ", value)
		if row.Security {
			expect(settings.Default, 1)
		} else {
			expect(settings.User, 0)
		}
		machine.Put(strings.ToUpper(row.Name), "REG_SZ", value)
		expect(settings.Machine, 1)
		policy.Put(row.Name, "REG_SZ", value)
		expect(settings.Policy, 2)
	}
}

// Requirement: a wrong value is reported with tier, place, name and reason, and
// the default counts, not a weaker tier's value; nothing panics (issue
// "settings"). Turned red by: a value of any of these kinds getting through.
func TestWrongValues(t *testing.T) {
	for _, c := range []struct{ name, kind, value, reason string }{
		{"TimeToShowPinForm", "REG_SZ", "soon", "not a number"},
		{"TimeToShowPinForm", "REG_SZ", "", "not a number"},
		{"TimeToShowPinForm", "REG_SZ", "-5", "not a number"},
		{"TimeToShowPinForm", "REG_SZ", "3601", "not within 1 to 3600"},
		{"TimeToShowPinForm", "REG_SZ", "99999999999999999999", "not a number"},
		{"TimeToShowPinForm", "REG_DWORD", "60", "its type is REG_DWORD"},
		{"TimeToShowPinForm", "REG_BINARY", "", "its type is REG_BINARY"},
		{"Port", "REG_SZ", "0", "not within 1 to 65535"},
		{"Prompter", "REG_SZ", "email", "none of auto"},
		{"Issuers", "REG_SZ", "https://am.example/realm", "not an environment"},
		{"Issuers", "REG_SZ", "prod https://am.example/realm", "none of live"},
		{"Issuers", "REG_SZ", "int http://am.example/realm", "must be https"},
		{"Issuers", "REG_SZ", "int http://127.0.0.1:9/realm", "counts from the machine tier only"},
		{"Issuers", "REG_SZ", "int https://a.example/1;int https://a.example/2", "same origin"},
		{"Issuers", "REG_EXPAND_SZ", "int https://a.example/1", "its type is REG_EXPAND_SZ"},
		{"LoginOrigins", "REG_SZ", "https://a.example", "exactly one issuer"},
		{"SigningOrigins", "REG_SZ", "https://a.example/path", "not an origin"},
		{"SigningOrigins", "REG_SZ", "null", "not an origin"},
		{"TrustedCertificateIssuers", "REG_SZ", "NHS", "not a distinguished name"},
		{"HelpdeskLink", "REG_SZ", "javascript:alert(1)", "not an https"},
		{"HelpdeskLink", "REG_SZ", "help", "not an https"},
		{"HelpdeskText", "REG_SZ", "two\nlines", "not one line"},
		{"HelpdeskText", "REG_SZ", strings.Repeat("x", 20<<10), "longer than"},
		{"Nonsense", "REG_SZ", "1", "no such setting"},
	} {
		policy, _, user, layers := tiers()
		policy.Put(c.name, c.kind, c.value)
		user.Put("TimeToShowPinForm", "REG_SZ", "9")
		s := settings.Merge(layers)
		if len(s.Complaints) != 1 || !strings.Contains(s.Complaints[0].Reason, c.reason) || s.Complaints[0].Tier != settings.Policy || s.Complaints[0].Place != "P" || s.Complaints[0].Name != c.name {
			t.Errorf("%s %q: %v", c.name, c.value, s.Complaints)
		}
		if _, known := settings.Find(c.name); !known {
			continue
		}
		if e := effective(t, s, c.name); e.Tier != settings.Default || len(e.Others) == 0 || e.Others[0].Ignored == "" {
			t.Errorf("%s %q: %+v", c.name, c.value, e)
		}
		if err := s.Settings.Check(); err != nil {
			t.Errorf("%s %q left settings that do not hold: %v", c.name, c.value, err)
		}
	}
}

// Requirement: http issuers, for tests on this machine, count from the machine
// tier (design §4). Turned red by: refusing them there.
func TestLoopbackIssuer(t *testing.T) {
	_, machine, _, layers := tiers()
	machine.Put("Issuers", "REG_MULTI_SZ", "int http://127.0.0.1:9/realm", "dev https://am.example/x;y")
	s := settings.Merge(layers)
	if len(s.Complaints) != 0 || len(s.Settings.Issuers) != 2 || s.Settings.Issuers[1].URL != "https://am.example/x;y" {
		t.Errorf("%+v, %v", s.Settings.Issuers, s.Complaints)
	}
}

// Requirement: the table's own defaults hold to its rules and are what counts
// when nothing is set; names and keys are each used once. Turned red by: a
// default that is out of range, or a row copied and not renamed.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range settings.Table() {
		for _, id := range []string{strings.ToLower(row.Name), "key " + row.Key} {
			if seen[id] {
				t.Errorf("%s is there twice", id)
			}
			seen[id] = true
		}
		if row.Title == "" || !strings.HasSuffix(row.Help, ".") || (row.Kind == settings.Number) != (row.Max > 0) || (row.Kind == settings.Choice) != (len(row.Choices) > 0) {
			t.Errorf("%s is incomplete: %+v", row.Name, row)
		}
		if row.Default == "" {
			continue
		}
		policy, _, _, layers := tiers()
		policy.Put(row.Name, "REG_SZ", row.Default)
		s := settings.Merge(layers)
		if e := effective(t, s, row.Name); e.Tier != settings.Policy || !slices.Equal(e.Value, row.Defaults()) {
			t.Errorf("%s: default %q is wrong: %v", row.Name, row.Default, s.Complaints)
		}
	}
	if d := settings.Merge(nil).Settings; d.TimeToShowPinForm != 300 || d.Port != settings.DefaultPort || len(d.Issuers) != 0 || len(d.TrustedCertificateIssuers) != 4 {
		t.Errorf("defaults: %+v", d)
	}
}

// Requirement: a settings file stands in for the machine tier: policy still
// wins, and a file with a mistake is reported and gives nothing. Turned red by:
// a file that overrides policy, or half a file.
func TestJSONFile(t *testing.T) {
	policy, _, _, _ := tiers()
	path := filepath.Join(t.TempDir(), "settings.json")
	layers := []settings.Layer{{settings.Policy, policy}, {settings.Machine, settings.JSONFile{Path: path}}}
	write := func(text string) settings.Snapshot {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return settings.Merge(layers)
	}
	policy.Put("Port", "REG_SZ", "1")
	s := write(`{"port":2,"time_to_show_pin_form":5,"pinentry":["sh","-c","a;b"]}`)
	if s.Settings.Port != 1 || s.Settings.TimeToShowPinForm != 5 || len(s.Settings.Pinentry) != 3 || effective(t, s, "Pinentry").Place != path {
		t.Errorf("%+v", s.Settings)
	}
	s = write(`{"port":2,"time_to_show_pin_form":5,"prompter":"email"}`)
	if s.Settings.TimeToShowPinForm != 300 || len(s.Complaints) != 1 || s.Complaints[0].Place != path || s.Complaints[0].Tier != settings.Machine {
		t.Errorf("%+v %v", s.Settings, s.Complaints)
	}
}

// Requirement: changes in any tier count without a restart, and callers are
// told once for each (issue "settings"). Turned red by: a store that reads once.
func TestStoreFollows(t *testing.T) {
	policy, machine, user, layers := tiers()
	machine.Put("TimeToShowPinForm", "REG_SZ", "10")
	store := settings.NewStore(layers...)
	told := make(chan settings.Snapshot, 10)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- store.Watch(ctx, func(s settings.Snapshot) { told <- s }) }()
	expect := func(want int) {
		t.Helper()
		select {
		case s := <-told:
			if s.Settings.TimeToShowPinForm != want || store.Current().TimeToShowPinForm != want {
				t.Errorf("told of %d, current %d, want %d", s.Settings.TimeToShowPinForm, store.Current().TimeToShowPinForm, want)
			}
		case <-time.After(30 * time.Second): // ends a hang, judges nothing
			t.Fatal("not told")
		}
	}
	user.Put("TimeToShowPinForm", "REG_SZ", "5") // overridden, but people are shown it
	expect(10)
	policy.Put("TimeToShowPinForm", "REG_SZ", "20")
	expect(20)
	policy.Remove("TimeToShowPinForm")
	expect(10)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

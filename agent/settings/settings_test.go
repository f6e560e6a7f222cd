package settings

import (
	"errors"
	"strings"
	"testing"
)

// Requirement: bad settings are refused with a clear error (design §4, issuers
// and origins). Turned red by: dropping DisallowUnknownFields, or allowing http
// beyond loopback.
func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"unknown field":       `{"issuer":[]}`,
		"second object":       `{} {}`,
		"http elsewhere":      `{"issuers":[{"url":"http://am.example/x","environment":"int"}]}`,
		"environment":         `{"issuers":[{"url":"https://am.example/x","environment":"prod"}]}`,
		"query":               `{"issuers":[{"url":"https://am.example/x?a=b","environment":"int"}]}`,
		"user":                `{"issuers":[{"url":"https://me@am.example/x","environment":"int"}]}`,
		"same origin twice":   `{"issuers":[{"url":"https://a.example/x","environment":"int"},{"url":"https://a.example:443/y","environment":"int"}]}`,
		"origin with path":    `{"signing_origins":["https://a.example/x"]}`,
		"origin null":         `{"signing_origins":["null"]}`,
		"http signing origin": `{"signing_origins":["http://a.example"]}`,
		"orphan login origin": `{"login_origins":["https://a.example"]}`,
		"port":                `{"port":70000}`,
		"prompter":            `{"prompter":"email"}`,
		"empty program":       `{"browser_opener":[""]}`,
		"time":                `{"time_to_show_pin_form":-1}`,
		"not JSON":            `issuers: []`,
	} {
		if _, err := Read(strings.NewReader(text)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const two = `{"issuers":[{"url":"https://am.example:443/realm","environment":"int"},
 {"url":"http://127.0.0.1:8080/realm","environment":"dev"}],
 "signing_origins":["https://sign.example"]}`

// Requirement: origins are compared with default ports dropped, login and
// signing origins are different lists, null and absence are nobody (PROTOCOL.md
// §3, §4). Turned red by: comparing strings, or joining the lists.
func TestOrigins(t *testing.T) {
	s, err := Read(strings.NewReader(two))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		origin         string
		login, signing bool
	}{
		{"https://am.example", true, false},
		{"https://am.example:443", true, false},
		{"https://AM.example", true, false},
		{"https://am.example:8443", false, false},
		{"http://am.example", false, false},
		{"https://am.example.evil", false, false},
		{"https://am.example/", false, false},
		{"http://127.0.0.1:8080", true, false},
		{"http://localhost:8080", false, false},
		{"https://sign.example", false, true},
		{"https://am.example?", false, false},
		{"https://am.example#", false, false},
		{"https://am.example.", false, false},
		{"https://am.example:", false, false},
		{"https://me@am.example", false, false},
		{"https://am.example\\@evil.example", false, false},
		{"https://si\u0261n.example", false, false},
		{"http\u017f://sign.example", false, false},
		{" https://am.example", false, false},
		{"null", false, false},
		{"", false, false},
	} {
		if _, login := s.LoginIssuer(c.origin); login != c.login || s.SigningOrigin(c.origin) != c.signing {
			t.Errorf("%q: login %v, signing %v", c.origin, login, s.SigningOrigin(c.origin))
		}
	}
}

// Requirement: an issuer keeps its explicit port for OpenID, and http carries a
// permanent TEST banner (design §4). Turned red by: normalising the issuer.
func TestIssuerIsExact(t *testing.T) {
	s, err := Read(strings.NewReader(two))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Issuer("https://am.example/realm"); ok {
		t.Error("an issuer without its port is another issuer")
	}
	i, ok := s.Issuer("https://am.example:443/realm")
	if !ok || i.Banner() != "int" || i.Endpoint("/a") != "https://am.example:443/realm/a" {
		t.Errorf("got %+v", i)
	}
	if s.Issuers[1].Banner() != "dev" {
		t.Errorf("banner %q", s.Issuers[1].Banner())
	}
	if b := (Issuer{URL: "http://127.0.0.1/x", Environment: "live"}).Banner(); b == "live" {
		t.Error("an issuer on http has no TEST banner")
	}
	if s.Port != DefaultPort || s.FormTime() != DefaultTimeToShowPinForm || s.Prompter != "auto" {
		t.Errorf("defaults: %+v", s)
	}
}

package persona_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/persona"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// Requirement: every example makes a card, and each has what its title says.
// Source: the issue (personas). Turned red by: an example with a mistake, or a
// field that is read and not used.
func TestExamples(t *testing.T) {
	want := map[string]func(emu.Options, *emu.Card) bool{
		"doctor": func(o emu.Options, c *emu.Card) bool { return c.Personality() == "v81-civ" && c.TriesLeft() == 3 },
		"nurse":  func(o emu.Options, c *emu.Card) bool { return c.Series() == "8" && c.Protocol() == iso7816.T0 },
		"expired": func(o emu.Options, c *emu.Card) bool {
			return o.Identity.Authentication.Certificate.NotAfter.Before(now)
		},
		"last-try": func(o emu.Options, c *emu.Card) bool { return c.TriesLeft() == 1 },
		"locked":   func(o emu.Options, c *emu.Card) bool { return c.TriesLeft() == 0 },
		"awkward-name": func(o emu.Options, c *emu.Card) bool {
			return o.Identity.Authentication.Certificate.Subject.CommonName == "555000000033_Zoë Mary-Jane_d'Été_Ó Súilleabháin 陳"
		},
		"old-passcode": func(o emu.Options, c *emu.Card) bool {
			return string(o.Passcode) == "Cwtch1" && !o.Identity.Authentication.Key.Equal(testpki.Published("card-00"))
		},
	}
	all, err := persona.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(want) {
		t.Errorf("%d examples, %d are looked at", len(all), len(want))
	}
	for _, p := range all {
		o, err := p.Options(nil, now)
		if err != nil {
			t.Errorf("%s: %v", p.ID, err)
			continue
		}
		c, err := emu.New(o)
		if err != nil {
			t.Errorf("%s: %v", p.ID, err)
			continue
		}
		if has, ok := want[p.ID]; !ok || !has(o, c) || p.Title == "" || c.Holder().UUID != p.Holder.UUID {
			t.Errorf("%s is not what it says", p.ID)
		}
	}
	if _, err := persona.Find("nobody"); !errors.Is(err, persona.ErrPersona) || !strings.Contains(err.Error(), "doctor") {
		t.Errorf("nobody: %v", err)
	}
}

const holder = `holder: {uuid: "555000000025", first: Rhys, last: Pritchard}` + "\n"

// folder has files that personas of the tests name.
func folder(t *testing.T) fstest.MapFS {
	t.Helper()
	of := func(kind string, der []byte) *fstest.MapFile {
		return &fstest.MapFile{Data: pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})}
	}
	id := testpki.Issue(testpki.Holders()[3], now)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(k any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	return fstest.MapFS{
		"key.pem":   of("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(id.Authentication.Key)),
		"key8.pem":  of("PRIVATE KEY", pkcs8(id.Authentication.Key)),
		"cert.pem":  of("CERTIFICATE", id.Authentication.Certificate.Raw),
		"cert.der":  {Data: id.Authentication.Certificate.Raw},
		"curve.pem": of("PRIVATE KEY", pkcs8(curve)),
		"x.bin":     {Data: []byte("object")},
		"long.bin":  {Data: make([]byte, 64<<10+1)},
	}
}

// Requirement: keys, certificates and objects come from where the persona says.
// Turned red by: taking the published key whatever it says.
func TestFiles(t *testing.T) {
	theirs := testpki.Issue(testpki.Holders()[3], now).Authentication
	for _, text := range []string{
		"keys: {authentication: key.pem}\ncertificates: {authentication: cert.pem}",
		"keys: {authentication: key8.pem}\ncertificates: {authentication: cert.der}",
		"keys: {authentication: published 6}\ncertificates: {authentication: cert.der}",
	} {
		p, err := persona.Parse([]byte(holder + text + "\nadmin_key: \"" + strings.Repeat("77", 24) + "\"\nobjects: [{name: 5FC10D, file: x.bin}, {name: 5FC10E, hex: 53 00}]"))
		if err != nil {
			t.Fatal(err)
		}
		o, err := p.Options(folder(t), now)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got := o.Identity.Authentication
		if len(o.AdminKey) != 24 || o.AdminKey[23] != 0x77 {
			t.Errorf("admin key % X", o.AdminKey)
		}
		if !got.Key.Equal(theirs.Key) || hex.EncodeToString(got.Certificate.Raw) != hex.EncodeToString(theirs.Certificate.Raw) {
			t.Errorf("%s: another key or certificate", text)
		}
		if string(o.Objects["5FC10D"]) != "object" || string(o.Objects["5FC10E"]) != "\x53\x00" {
			t.Errorf("%q", o.Objects)
		}
	}
}

// Requirement: bad input is refused with its field, and the passcode is not
// repeated. Source: the issue ("refuse bad input with file and field"). Turned
// red by: dropping a check.
func TestRefused(t *testing.T) {
	for text, says := range map[string]string{
		"":                               "the file is empty",
		"[]":                             "cannot unmarshal",
		"titel: x":                       "titel",
		holder + "---\na: b":             "after the end",
		`holder: {uuid: "12"}`:           "holder: uuid",
		`holder: {uuid: "5550000000２5"}`: "holder: uuid",
		`holder: {uuid: "555000000025"}`: "holder: ",
		"holder: {uuid: \"555000000025\", first: \"a\\u0000\", last: b}":                    "holder: first",
		"holder: {uuid: \"555000000025\", first: a, last: " + strings.Repeat("b", 50) + "}": "holder: last",
		holder + "profile: series4":                                                    "profile: ",
		holder + "protocol: T=2":                                                       "protocol: ",
		holder + "personality: x":                                                      "personality: ",
		holder + "passcode: \"secret\"":                                                "passcode: ",
		holder + "puk: \"1\"":                                                          "puk: ",
		holder + "admin_key: secret":                                                   "admin_key: not hex",
		holder + "admin_key: \"00\"":                                                   "admin_key: ",
		holder + "tries_left: 4":                                                       "tries_left: ",
		holder + "tries_left: -1":                                                      "tries_left: ",
		holder + "valid: {from: yesterday}":                                            "keys: valid: from",
		holder + "valid: {from: 2026-01-02, to: 2026-01-01}":                           "keys: valid: from 2026-01-02",
		holder + "keys: {authentication: published 12}":                                "keys: authentication: there is no published key",
		holder + "keys: {authentication: none.pem}":                                    "none.pem",
		holder + "keys: {content_commitment: cert.pem}":                                "keys: content_commitment: cert.pem",
		holder + "keys: {authentication: curve.pem}":                                   "no RSA key",
		holder + "keys: {authentication: x.bin}":                                       "no PEM",
		holder + "keys: {authentication: ../key.pem}":                                  "below the persona's folder",
		holder + "certificates: {authentication: cert.pem}":                            "cert.pem is not for the key",
		holder + "certificates: {authentication: x.bin}":                               "certificates.authentication: x.bin",
		holder + "objects: [{name: 5FC10D}]":                                           "objects: 1: needs hex or file",
		holder + "objects: [{hex: \"00\"}]":                                            "objects: 1: name",
		holder + "objects: [{name: 5FC10D, hex: \"0\"}]":                               "objects: 1: ",
		holder + "objects: [{name: x, hex: \"00\"}]":                                   "objects: ",
		holder + "objects: [{name: 5FC10D, file: long.bin}]":                           "longer than",
		holder + "objects: [{name: 5FC10D, hex: \"00\"}, {name: 5FC10D, hex: \"00\"}]": "objects: 2: 5FC10D: twice",
		holder + "title: " + strings.Repeat("x", 64<<10):                               "longer than",
	} {
		p, err := persona.Parse([]byte(text))
		if err == nil {
			_, err = p.Options(folder(t), now)
		}
		if !errors.Is(err, persona.ErrPersona) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%.80s: %v, want %q", text, err, says)
		}
	}
}

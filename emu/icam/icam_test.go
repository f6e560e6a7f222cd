package icam_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/icam"
	"software.sslmate.com/src/go-pkcs12"
)

// folder is a card folder as the card builder leaves it, with keys of our own.
func folder(t *testing.T) fstest.MapFS {
	t.Helper()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for file, text := range map[string]string{
		"1 - Discovery Object":     "7E124F0BA0000003080000100001005F2F024000",
		"2 - Security Object":      "BA03013000BB00FE00",
		"7 - CCC":                  "F000FE00",
		"8 - CHUID Object":         "3001D43410" + strings.Repeat("11", 16) + "3E00FE00",
		"9 - Fingerprints":         "BC0103FE00",
		"10 - Face Object":         "BC0105FE00",
		"11 - Printed Information": "010141FE00",
	} {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = &fstest.MapFile{Data: raw}
	}
	add(t, out, "3 - ICAM_PIV_Auth_SP_800-73-4", testpki.Published("card-00"), pkcs12.LegacyRC2)
	add(t, out, "4 - ICAM_PIV_Dig_Sig_SP_800-73-4", testpki.Published("card-01"), pkcs12.LegacyDES)
	add(t, out, "5 - ICAM_PIV_Key_Mgmt_SP_800-73-4", testpki.Published("card-02"), pkcs12.Modern)
	add(t, out, "6 - ICAM_PIV_Card_Auth_SP_800-73-4", curve, pkcs12.LegacyRC2)
	return out
}

// add writes a key and a certificate of it, as NAME.p12 and NAME.crt.
func add(t *testing.T, to fstest.MapFS, name string, key crypto.Signer, how *pkcs12.Encoder) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := how.Encode(key, certificate, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	to[name+".p12"] = &fstest.MapFile{Data: raw}
	to[name+".crt"] = &fstest.MapFile{Data: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// Requirement: every object comes as GET DATA answers it, and every key, RSA or
// elliptic, from the old encryption of PKCS #12 and from the new.
// Source: SP 800-73-4 part 1 table 3 and part 2 §3.1.2.
// Turned red by: a missing outer tag, one too many on the discovery object, a
// certificate or key under another's number.
func TestRead(t *testing.T) {
	files := folder(t)
	card, err := icam.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[uint32]string{
		0x7E:     "7E124F0BA0000003080000100001005F2F024000",
		0x5FC106: "5309BA03013000BB00FE00",
		0x5FC107: "5304F000FE00",
		0x5FC102: "53193001D43410" + strings.Repeat("11", 16) + "3E00FE00",
		0x5FC103: "5305BC0103FE00",
		0x5FC108: "5305BC0105FE00",
		0x5FC109: "5305010141FE00",
	} {
		if got := strings.ToUpper(hex.EncodeToString(card.Objects[tag])); got != want {
			t.Errorf("object %X is %s, not %s", tag, got, want)
		}
	}
	for key, tag := range map[byte]uint32{0x9A: 0x5FC105, 0x9C: 0x5FC10A, 0x9D: 0x5FC10B, 0x9E: 0x5FC101} {
		belongs(t, card, key, tag)
	}
	if len(card.Objects) != 11 || len(card.Keys) != 4 {
		t.Errorf("%d objects and %d keys", len(card.Objects), len(card.Keys))
	}
}

// belongs wants the certificate with this tag to be of the key with that
// reference.
func belongs(t *testing.T, card icam.Card, key byte, tag uint32) {
	t.Helper()
	object := card.Objects[tag]
	body, _ := iso7816.Find(object, 0x53)
	der, ok := iso7816.Find(body, 0x70)
	if !ok || !bytes.HasSuffix(object, []byte{0x71, 1, 0, 0xFE, 0}) {
		t.Fatalf("object %X is no certificate object: %X", tag, object)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("object %X: %v", tag, err)
	}
	private, ok := card.Keys[key].(crypto.Signer)
	if !ok {
		t.Fatalf("key %X is a %T", key, card.Keys[key])
	}
	public, ok := private.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(certificate.PublicKey) {
		t.Errorf("key %X is not that of certificate %X", key, tag)
	}
}

// Requirement: an object that a card has not got is told from one that is
// missing from the folder by mistake, and every error names the file.
// Turned red by: taking an empty discovery object for one; an error without a
// name; taking what is no TLV, no PEM or no PKCS #12.
func TestOddFolders(t *testing.T) {
	for name, row := range map[string]struct {
		file   string
		data   []byte // nil takes the file away
		absent uint32 // or an error that names the file
	}{
		"no discovery object":   {"1 - Discovery Object", []byte{0x7E, 0}, 0x7E},
		"empty file":            {"10 - Face Object", []byte{}, 0x5FC108},
		"no such file":          {"8 - CHUID Object", nil, 0},
		"no key":                {"3 - ICAM_PIV_Auth_SP_800-73-4.p12", nil, 0},
		"no certificate":        {"6 - ICAM_PIV_Card_Auth_SP_800-73-4.crt", nil, 0},
		"cut short":             {"9 - Fingerprints", []byte{0xBC, 5, 1}, 0},
		"wrapped twice":         {"1 - Discovery Object", []byte{0x53, 2, 0x7E, 0}, 0},
		"key is no PKCS #12":    {"4 - ICAM_PIV_Dig_Sig_SP_800-73-4.p12", []byte("version https://git-lfs"), 0},
		"certificate is no PEM": {"5 - ICAM_PIV_Key_Mgmt_SP_800-73-4.crt", []byte{0x30, 0}, 0},
		"certificate is a key":  {"5 - ICAM_PIV_Key_Mgmt_SP_800-73-4.crt", []byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(folder(t))
			delete(files, row.file)
			if row.data != nil {
				files[row.file] = &fstest.MapFile{Data: row.data}
			}
			card, err := icam.Read(files)
			if row.absent == 0 {
				if !errors.Is(err, icam.ErrCard) || !strings.Contains(err.Error(), row.file) || card.Keys != nil {
					t.Errorf("error %v", err)
				}
				return
			}
			if _, there := card.Objects[row.absent]; err != nil || there || len(card.Objects) != 10 {
				t.Errorf("error %v, %d objects", err, len(card.Objects))
			}
		})
	}
}

// Requirement: the card folders of a copy are found, and nothing else is taken
// for one. Turned red by: taking files, the folder of authorities, or nothing.
func TestFolders(t *testing.T) {
	files := fstest.MapFS{"README.md": {}, "Signers/a.p12": {}, "46_Two/8 - CHUID Object": {}, "01_One/8 - CHUID Object": {}}
	got, err := icam.Folders(files)
	if err != nil || fmt.Sprint(got) != "[01_One 46_Two]" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := icam.Folders(fstest.MapFS{"README.md": {}}); !errors.Is(err, icam.ErrCard) {
		t.Errorf("a folder without cards: %v", err)
	}
}

// Requirement: every card of the GSA's own folder can be read, its objects are
// there, and each key belongs to its certificate.
// Turned red by: any file of any card that is not understood.
func TestPublishedCards(t *testing.T) {
	dir := os.Getenv("ICAM_CARDS")
	if dir == "" {
		t.Skip("ICAM_CARDS is not set: the GSA's ICAM test cards are no part of this repository")
	}
	all := os.DirFS(dir)
	names, err := icam.Folders(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			sub, err := fs.Sub(all, path.Clean(name))
			if err != nil {
				t.Fatal(err)
			}
			card, err := icam.Read(sub)
			if err != nil {
				t.Fatal(err)
			}
			for key, tag := range map[byte]uint32{0x9A: 0x5FC105, 0x9C: 0x5FC10A, 0x9D: 0x5FC10B, 0x9E: 0x5FC101} {
				belongs(t, card, key, tag)
			}
			for _, tag := range []uint32{0x5FC102, 0x5FC103, 0x5FC106, 0x5FC107, 0x5FC109} {
				if len(card.Objects[tag]) == 0 {
					t.Errorf("it has no object %X", tag)
				}
			}
			if _, old := card.Keys[0x9A].(*rsa.PrivateKey); !old {
				t.Errorf("key 9A is a %T", card.Keys[0x9A])
			}
		})
	}
}

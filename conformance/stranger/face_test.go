package stranger_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// face is one card as strangers meet it.
type face struct {
	profile, protocol string
	personality       string // empty for the profile's first with this protocol
	kind
}

// kind is what strangers make of all cards of one application.
type kind struct {
	holder    string   // the common name in both certificates
	ids       []string // that OpenSC gives the keys: authentication, content commitment
	deciphers []string // of all keys with which OpenSC deciphers
	curve     []string // of all keys with which it signs by ECDSA
	agrees    []string // of all keys with which it makes a shared secret by ECDH
	tries     int      // until the passcode is locked
	write     []step   // what OpenSC's tools write to the card, or fail to
	admin     string   // of a PIV card: the algorithm of the management key as piv-tool wants it
	noPSS     string   // why OpenSC makes no RSASSA-PSS signatures; empty where it does
	noHash    string   // why OpenSC hashes for no signature, so that its caller must
	complains []string // words of its own test where it does not end with "No errors"
}

// faces are all of them. A row is all that a new card needs; its golden file
// comes with go test ./conformance/stranger -run TestListings -update.
var faces = []face{
	{"series8", "T0", "", series8},
	{"series8", "T1", "", series8},
	{"series9", "T0", "", series9},
	{"series9", "T1", "", series9},
	{"series10", "T0", "", of("555000000058_Priya_Raman", series9)},
	{"series10", "T1", "", of("555000000058_Priya_Raman", series9)},
	{"piv-full", "T0", "", pivFull},
	{"piv-full", "T1", "", pivFull},
	{"series9-iasecc", "T0", "", iasecc},
	{"series9-iasecc", "T1", "", iasecc},
	{"series9-iasecc", "T0", "iasecc-v82-t0", iasecc},
	{"series9-iasecc", "T1", "iasecc-v82-t1", iasecc},
}

var (
	series8 = kind{
		holder: "555000000017_Amina_Okafor", ids: []string{"45", "46"}, deciphers: []string{"45"}, tries: 3, write: pkcs15InitSteps,
		noPSS: "OpenSC's driver for AuthentIC lets the card pad, by PKCS #1 v1.5",
	}
	series9 = kind{
		holder: "555000000025_Rhys_Pritchard", ids: []string{"01", "02"}, deciphers: []string{"01", "02"}, tries: 3, write: pivToolSteps, admin: "03",
	}
	pivFull = kind{
		holder: "555000000041_Wei_Zhang", ids: []string{"01", "02"}, deciphers: []string{"01", "02", "03", "05"}, tries: 5,
		curve: []string{"04"}, agrees: []string{"06"}, write: pivToolSteps, admin: "0C",
		// OpenSC takes random numbers from the management key as if that were
		// always 3DES; this card's is not.
		complains: []string{"C_GenerateRandom failed: CKR_FUNCTION_NOT_SUPPORTED", "\n1 errors"},
	}
	iasecc = kind{
		holder: "555000000025_Rhys_Pritchard", ids: []string{"45", "46"}, deciphers: []string{"45"}, tries: 3, write: iaseccSteps,
		noPSS:  "OpenSC's driver for IAS-ECC lets the card pad, by PKCS #1 v1.5",
		noHash: "OpenSC 0.23's driver for IAS-ECC takes a hash apart in a way that OpenSSL 3 does not offer",
		// For the same reason.
		complains: []string{"RSA-PKCS: OK", "C_Sign failed: rv = CKR_FUNCTION_NOT_SUPPORTED"},
	}
)

// of is a kind of card in other hands.
func of(holder string, k kind) kind {
	k.holder = holder
	return k
}

// name is of the subtest and of the golden file.
func (f face) name() string {
	if f.personality != "" {
		return f.personality
	}
	return f.profile + "-" + f.protocol
}

// flags choose the card on the command line of hil exec.
func (f face) flags() []string {
	flags := []string{"--profile", f.profile, "--protocol", f.protocol}
	if f.personality != "" {
		flags = append(flags, "--personality", f.personality)
	}
	return flags
}

// variables are what the steps of a session may use, as the shell knows them.
func (f face) variables() map[string]string {
	return map[string]string{
		"pin": emu.DefaultPasscode, "puk": emu.DefaultPUK, "noHash": f.noHash,
		"authentication": f.ids[0], "commitment": f.ids[1],
		"admin": f.admin, "management": fmt.Sprintf("%x", emu.DefaultAdminKey[:adminKeySize[f.admin]]),
	}
}

// adminKeySize is the length of a management key by its algorithm (SP 800-78-4
// table 6-2).
var adminKeySize = map[string]int{"03": 24, "08": 16, "0A": 24, "0C": 32}

// called is the face with this name.
func called(t *testing.T, name string) face {
	t.Helper()
	i := slices.IndexFunc(faces, func(f face) bool { return f.name() == name })
	if i < 0 {
		t.Fatalf("there is no face %s", name)
	}
	return faces[i]
}

package iasecc_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

const (
	rootAID     = "A000000077010800070000FE00000100"
	appAID      = "E828BD080FF2504F5420415750"
	rootFCP     = "8201388A0105 A1048C020212 8410" + rootAID
	selectRoot  = "00A4040C10" + rootAID
	selectApp   = "00A4040C0D" + appAID
	selectATR   = "00A4090C022F01"
	status      = "00200001"
	digestInfo  = "3031300D060960864801650304020105000420"
	putExponent = "00DB3FFF0E 700C BFA00108 7F4905 8203010001"
)

var (
	hash     = strings.Repeat("A5", 32)
	sha      = strings.Repeat("A5", 20)
	user     = filled("123456")
	puk      = filled("12345678")
	verify   = "0020000140" + user
	mistake  = "0020000140" + filled("000000")
	showPUK  = "0020000240" + puk
	inApp    = emutest.Say(selectApp, "9000")
	loggedIn = emutest.Join(inApp, emutest.Say(verify, "9000"))
	blocked  = emutest.Join(emutest.Say(mistake, "63C2"), emutest.Say(mistake, "63C1"), emutest.Say(mistake, "6983"))
)

// filled is a passcode of 64 bytes in hexadecimal.
func filled(s string) string {
	return fmt.Sprintf("%X", s) + strings.Repeat("FF", 64-len(s))
}

// long is a command whose Lc is that of data.
func long(head, data, tail string) string {
	data = strings.ReplaceAll(data, " ", "")
	return fmt.Sprintf("%s%02X%s%s", head, len(data)/2, data, tail)
}

// object asks for a part of a secure data object.
func object(tag, part string) string {
	inner := fmt.Sprintf("%s%02X%s80", tag, len(part)/2+1, part)
	outer := fmt.Sprintf("70%02X%s", len(inner)/2, inner)
	return long("00CB3FFF", fmt.Sprintf("4D%02X%s", len(outer)/2, outer), "00")
}

// create asks for a file of 16 bytes with this rule.
func create(id, rule string) string {
	a1 := fmt.Sprintf("8C%02X%s", len(rule)/2, rule)
	return long("00E00000", fmt.Sprintf("62%02X 80020010 820101 8302%s 8800 A1%02X%s", 15+len(a1)/2, id, len(a1)/2, a1), "")
}

// Requirement: the answers OpenSC's driver was recorded to accept, and the
// rules of ISO/IEC 7816-4, -8 and -9 for the rest. Turned red by: any change to
// the rule in the row's name.
func TestRules(t *testing.T) {
	reset := emutest.Say(emutest.Reset, "")
	file := emutest.Join(loggedIn, emutest.Say(create("0A01", "7B12FF12121200"), "9000"))
	rows := map[string][]emutest.Step{
		"select, master":                    emutest.Join(emutest.Say("00A4000C023F00", "9000"), emutest.Say("00A40004023F0000", "621E"+rootFCP+"9000")),
		"select, master with its FCI":       emutest.Say("00A40000023F0000", "6A86"),
		"select, root by name":              emutest.Join(emutest.Say("00A4040410"+rootAID+"00", "621E"+rootFCP+"9000"), emutest.Say("00A4040010"+rootAID+"00", "6F1E"+rootFCP+"9000")),
		"select, application":               emutest.Say("00A404040D"+appAID+"00", "621B8201388A0105A1048C020212840D"+appAID+"9000"),
		"select, cut name":                  emutest.Join(emutest.Say("00A4040C05A000000077", "9000"), emutest.Say("00A4040C04A0000000", "6A82"), emutest.Say("00A4040C05E828BD080F", "9000")),
		"select, unknown name":              emutest.Say("00A40400064D494F4D4354", "6A82"),
		"select, card manager":              emutest.Join(emutest.Say("00A4040C07A0000000030000", "9000"), emutest.Say(status, "6D00"), emutest.Say(selectATR, "6A82"), emutest.Say("00A4000C023F00", "9000"), emutest.Say(status, "63C3")),
		"select, from here":                 emutest.Join(emutest.Say(selectATR, "9000"), inApp, emutest.Say(selectATR, "6A82"), emutest.Say("00A4010C027001", "9000"), emutest.Say("00A4020C027005", "9000"), emutest.Say("00A4000C027001", "9000")),
		"select, from the top":              emutest.Join(inApp, emutest.Say("00A4080C022F01", "9000"), inApp, emutest.Say("00A4090C043F002F00", "9000"), inApp, emutest.Say("00A4090C023F00", "6A82"), emutest.Say("00A4080C045000DEAD", "6A82")),
		"select, parent":                    emutest.Join(inApp, emutest.Say("00A4030400", "621E"+rootFCP+"9000")),
		"select, file":                      emutest.Say("00A40904022F0100", "621C80020040820101 83022F018801E8A1098C077B12FF12121200 8A01059000"),
		"select, other P1 or P2":            emutest.Join(emutest.Say("00A40A0C022F01", "6A86"), emutest.Say("00A4090102 2F01", "6A86")),
		"secure messaging":                  emutest.Join(emutest.Say("0C200001", "6882"), emutest.Say("80200001", "6E00")),
		"read":                              emutest.Join(emutest.Say(selectATR, "9000"), emutest.Say("00B0000003", "4301B89000"), emutest.Say("00B0003DFF", "0290006282"), emutest.Say("00B0004001", "6B00")),
		"read, short identifier":            emutest.Join(emutest.Say("00B09C0004", "5A0A80259000"), emutest.Say("00B09D0103", "01B8469000"), emutest.Say("00B0000002", "43019000"), emutest.Say("00B0810001", "6A82"), inApp, emutest.Say("00B09C0004", "6A82")),
		"read, nothing selected":            emutest.Say("00B0000001", "6986"),
		"update":                            emutest.Join(loggedIn, emutest.Say("00A4010C027001", "9000"), emutest.Say("00D6000102ABCD", "9000"), emutest.Say("00B0000004", "30ABCD119000"), emutest.Say("00D6012B02ABCD", "6A84"), emutest.Say("00D6012C01AB", "6B00"), emutest.Say("00D60000", "6700")),
		"update, no passcode":               emutest.Join(inApp, emutest.Say("00A4010C027001", "9000"), emutest.Say("00D6000102ABCD", "6982")),
		"create":                            emutest.Join(file, emutest.Say("00D6000001AB", "9000"), emutest.Say("00A4010402"+"0A01"+"00", "621B80020010 820101 83020A01 8800 A1098C077B12FF12121200 8A01059000")),
		"create, no passcode":               emutest.Join(inApp, emutest.Say(create("0A01", "7B12FF12121200"), "6982")),
		"create, in the master file":        emutest.Join(emutest.Say(verify, "9000"), emutest.Say(create("0A01", "0100"), "9000"), emutest.Say("00B0000001", "009000")),
		"create, twice":                     emutest.Join(loggedIn, emutest.Say(create("7001", "0100"), "6A89")),
		"create, directory":                 emutest.Join(loggedIn, emutest.Say("00E000000C620A 82013883020A018A0105", "6A81")),
		"create, nonsense":                  emutest.Join(loggedIn, emutest.Say("00E000000462020000", "6A80"), emutest.Say(create("3F00", "0100"), "6A80")),
		"create, own rules":                 emutest.Join(loggedIn, emutest.Say(create("0A01", "0243"), "9000"), emutest.Say("00B0000001", "6982"), emutest.Say("00D6000001AB", "6982"), emutest.Say("00E40000", "6982")),
		"delete":                            emutest.Join(loggedIn, emutest.Say("00A4010C023401", "9000"), emutest.Say("00E40000", "9000"), emutest.Say("00A4010C023401", "6A82")),
		"delete, no passcode":               emutest.Join(inApp, emutest.Say("00A4010C023401", "9000"), emutest.Say("00E40000", "6982")),
		"delete, directory":                 emutest.Join(loggedIn, emutest.Say("00E40000", "6982")),
		"object, passcode":                  emutest.Join(emutest.Say(object("BF8101", "7F41"), "700DBF8101097F41068001408101049000"), emutest.Say(object("BF8101", "A0"), "701EBF81011AA0189A01039B0103A1108C06F300007343009C06F300007343009000"), emutest.Say(mistake, "63C2"), emutest.Say(object("BF8101", "A0"), "701EBF81011AA0189A01039B0102…9000")),
		"object, passcode not here":         emutest.Join(inApp, emutest.Say(object("BF8101", "A0"), "6A88")),
		"object, private key":               emutest.Join(inApp, emutest.Say(object("BF9001", "7F48"), "700ABF9001067F48038001009000"), emutest.Say(object("BF9001", "A0"), "701EBF90011AA01884044B455931A1098C077B111111111100800201009E01009000"), emutest.Say(object("BF9002", "A0"), "701EBF90021AA01884044B455932A1098C077B1111FF111100800201009E01009000")),
		"object, key not here":              emutest.Join(emutest.Say(object("BF9001", "A0"), "6A88"), inApp, emutest.Say(object("BF9003", "A0"), "6A88")),
		"object, public key":                emutest.Join(inApp, emutest.Say(object("BFA001", "7F49"), "70820114BFA00182010E7F4982010981820100…6118"), emutest.Say("00C0000018", "…82030100019000")),
		"object, environment":               emutest.Join(inApp, emutest.Say(object("BFFB02", "7B"), "6A88")),
		"object, no such part":              emutest.Join(emutest.Say(object("BF8101", "7F48"), "6A88"), emutest.Say(object("BF8101", "7F43"), "6A88")),
		"object, nonsense":                  emutest.Join(emutest.Say("00CB3FFF024D0000", "6A80"), emutest.Say("00CB3FFF035C017E00", "6A80"), emutest.Say("00CB000002 4D0000", "6A86"), emutest.Say("00CB3FFF064D0470028000 00", "6A80")),
		"put, nothing but an exponent":      emutest.Join(loggedIn, emutest.Say(putExponent, "9000"), emutest.Say("00DB3FFF0D 700B BFA00107 7F4904 82020003", "6A80"), emutest.Say("00DB3FFF067004BF900100", "6A81")),
		"put, no passcode":                  emutest.Join(inApp, emutest.Say(putExponent, "6982")),
		"put, administrator's":              emutest.Join(emutest.Say(verify, "9000"), emutest.Say(showPUK, "9000"), emutest.Say("00DB3FFF067004BF810100", "6982")),
		"generate, no passcode":             emutest.Join(inApp, emutest.Say("00470000057003BF900100", "6982")),
		"generate, no such key":             emutest.Join(loggedIn, emutest.Say("00470000057003BF900300", "6A88"), emutest.Say("00470000057003BFA00100", "6A80")),
		"verify, status":                    emutest.Join(emutest.Say(status, "63C3"), emutest.Say(verify, "9000"), emutest.Say(status, "9000"), emutest.Say("00200002", "63C5")),
		"verify, not filled":                emutest.Join(emutest.Say("002000010631323334 3536", "9000"), emutest.Say("002000010C313233343536FFFFFFFFFFFF", "9000")),
		"verify, filling":                   emutest.Join(emutest.Say("0020000108313233FFFFFFFFFF", "6A80"), emutest.Say("002000010831323334 FF353637", "6A80"), emutest.Say("0020000141"+user+"FF", "6700"), emutest.Say(status, "63C3")),
		"verify, reference":                 emutest.Join(emutest.Say("0020000304 31323334", "6A88"), inApp, emutest.Say("0020008104 31323334", "6A88"), emutest.Say("0020010104 31323334", "6A86")),
		"verify, blocked":                   emutest.Join(blocked, emutest.Say(verify, "6983"), reset, emutest.Say(verify, "6983"), emutest.Say(status, "6983")),
		"verify, lost on reset":             emutest.Join(emutest.Say(verify, "9000"), reset, emutest.Say(status, "63C3")),
		"verify, kept on select":            emutest.Join(emutest.Say(verify, "9000"), inApp, emutest.Say(status, "9000"), emutest.Say(selectRoot, "9000"), emutest.Say(status, "9000")),
		"change":                            emutest.Join(emutest.Say("0024000180"+user+filled("654321"), "9000"), emutest.Say(verify, "63C2"), emutest.Say("0020000140"+filled("654321"), "9000")),
		"change, filled less":               emutest.Join(emutest.Say("0024000110313233343536FFFF363534333231FFFF", "9000"), emutest.Say("0020000140"+filled("654321"), "9000")),
		"change, wrong old":                 emutest.Say("0024000180"+filled("000000")+filled("654321"), "63C2"),
		"change, bad new":                   emutest.Join(emutest.Say("0024000180"+user+filled("12"), "6A80"), emutest.Say("002400010331323 3", "6700"), emutest.Say(status, "63C3")),
		"change, new one alone":             emutest.Join(emutest.Say(verify, "9000"), emutest.Say("0024010140"+user, "6A86")),
		"change, blocked":                   emutest.Join(blocked, emutest.Say("0024000180"+user+filled("654321"), "6983")),
		"unblock":                           emutest.Join(blocked, emutest.Say("002C020140"+filled("654321"), "6982"), emutest.Say(showPUK, "9000"), emutest.Say("002C020140"+filled("12"), "6A80"), emutest.Say("002C020140"+filled("654321"), "9000"), emutest.Say("0020000140"+filled("654321"), "9000")),
		"unblock, keep passcode":            emutest.Join(blocked, emutest.Say(showPUK, "9000"), emutest.Say("002C030101AA", "6700"), emutest.Say("002C0301", "9000"), emutest.Say(verify, "9000")),
		"unblock, PUK and passcode":         emutest.Join(blocked, emutest.Say("002C000180"+puk+filled("654321"), "9000"), emutest.Say("0020000140"+filled("654321"), "9000")),
		"unblock, PUK not verified":         emutest.Join(blocked, emutest.Say("002C000180"+puk+filled("654321"), "9000"), emutest.Say("002C020140"+filled("123456"), "6982"), emutest.Say("002C010140"+puk, "9000"), emutest.Say("002C0301", "6982")),
		"unblock, PUK alone":                emutest.Join(blocked, emutest.Say("002C010140"+filled("00000000"), "63C4"), emutest.Say("002C010140"+puk, "9000"), emutest.Say(verify, "9000")),
		"unblock, the PUK itself":           emutest.Join(emutest.Say(showPUK, "9000"), emutest.Say("002C020240"+puk, "6982")),
		"environment, any order":            emutest.Join(inApp, emutest.Say("002241A406840181800102", "9000"), emutest.Say("002241A406800102840181", "9000"), emutest.Say("002241A406800102830181", "9000"), emutest.Say("002241AA03800140", "9000")),
		"environment, no such key":          emutest.Join(emutest.Say("002241A406840181800102", "6A88"), inApp, emutest.Say("002241A406840183800102", "6A88"), emutest.Say("002241A406840101800102", "6A88")),
		"environment, algorithm":            emutest.Join(inApp, emutest.Say("002241A406840181800142", "6A80"), emutest.Say("002241A4038401 81", "6A80"), emutest.Say("002241A403800102", "6A80"), emutest.Say("002241B406840181800102", "6A86"), emutest.Say("0022C1A406840181800102", "6A86"), emutest.Say("002241A403910102", "6A80")),
		"environment, kept by VERIFY":       emutest.Join(inApp, emutest.Say("002241A406800102840181", "9000"), emutest.Say(verify, "9000"), emutest.Say("0088000033"+digestInfo+hash+"00", "…9000")),
		"environment, lost on select":       emutest.Join(loggedIn, emutest.Say("002241A406800102840181", "9000"), emutest.Say(selectRoot, "9000"), inApp, emutest.Say("0088000033"+digestInfo+hash+"00", "6985")),
		"authenticate, no passcode":         emutest.Join(inApp, emutest.Say("002241A406800102840181", "9000"), emutest.Say("0088000033"+digestInfo+hash+"00", "6982")),
		"authenticate, nothing":             emutest.Join(loggedIn, emutest.Say("002241A406800102840181", "9000"), emutest.Say("0088000000", "6700")),
		"sign, environment of another":      emutest.Join(loggedIn, emutest.Say("002241A406800102840181", "9000"), emutest.Say("002A9E9A20"+hash+"00", "6985")),
		"sign, digest of another length":    emutest.Join(loggedIn, emutest.Say("002241B606800142840182", "9000"), emutest.Say("002A9E9A14"+sha+"00", "6A80")),
		"sign, what was hashed, once":       emutest.Join(loggedIn, emutest.Say("002241AA03800140", "9000"), emutest.Say("002241B606800142840182", "9000"), emutest.Say("002A9E9A00", "6985"), emutest.Say("002A90A003 9000 80", "6A80"), emutest.Say("002A90A00690008002 6869", "9000"), emutest.Say("002A9E9A00", "…9000"), emutest.Say("002A9E9A00", "6985")),
		"hash, no algorithm":                emutest.Join(inApp, emutest.Say("002A90A0069000800268 69", "6985")),
		"hash, digest of another length":    emutest.Join(inApp, emutest.Say("002241AA03800110", "9000"), emutest.Say(long("002A90A0", "9020"+hash, ""), "6A80"), emutest.Say(long("002A90A0", "9014"+sha, ""), "9000"), emutest.Say(long("002A90A0", "901C"+sha+"00000000000000018000", ""), "6A80")),
		"decipher, no passcode":             emutest.Join(inApp, emutest.Say("002241B80684018180011A", "9000"), emutest.Say("002A80860481020304", "6982")),
		"decipher, key that may not":        emutest.Join(loggedIn, emutest.Say("002241B80684018280011A", "9000"), emutest.Say("002A80860481020304", "6982")),
		"decipher, indicator, nonsense":     emutest.Join(loggedIn, emutest.Say("002241B80684018180011A", "9000"), emutest.Say("002A80860401020304", "6A80"), emutest.Say("002A80860481020304", "6A80"), emutest.Say("002A8086", "6A80")),
		"security operation, other P1 P2":   emutest.Join(inApp, emutest.Say("002A008204 01020304", "6A86")),
		"challenge":                         emutest.Join(emutest.Say("0084000008", "…9000"), emutest.Say("00840000", "6700"), emutest.Say("0084000108", "6A86")),
		"instructions it does not have":     emutest.Join(emutest.Say("00CA9F7F00", "6D00"), emutest.Say("0087079A00", "6D00")),
		"chained, what cannot be":           emutest.Say("1020000106313233343536", "6884"),
		"local passcodes, there are none":   emutest.Join(inApp, emutest.Say("00200081", "6A88")),
		"answers after reset":               emutest.Join(reset, emutest.Say(selectATR, "9000")),
		"object, get, with the wrong class": emutest.Join(inApp, emutest.Say(object("BF8A01", "A0"), "6A88")),
	}
	for name, steps := range rows {
		t.Run(name, func(t *testing.T) {
			emutest.Run(t, emutest.New(t, emu.Options{Profile: "series9-iasecc"}), steps...)
		})
	}
}

// Requirement: the three ways to the signature over a text give the same: a
// DigestInfo to INTERNAL AUTHENTICATE, a digest to PSO CDS, and the end of the
// text to PSO HASH. Source: ISO/IEC 7816-8 §5.2 and cards of this maker. Turned
// red by: a card that leaves out the DigestInfo, or hashes on from the wrong
// state.
func TestSignaturesAgree(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series9-iasecc"})
	text := strings.Repeat("0123456789", 10)
	sum := sha256.Sum256([]byte(text))
	digest := fmt.Sprintf("%X", sum)
	emutest.Run(t, c, emutest.Join(loggedIn,
		emutest.Say("002241A406840181800102", "9000"),
		emutest.Say("002241B606840181800142", "9000"),
		emutest.Say("002241AA03800140", "9000"))...)
	want := emutest.Send(t, c, "0088000033"+digestInfo+digest+"00")
	if got := emutest.Send(t, c, "002A9E9A20"+digest+"00"); got != want {
		t.Errorf("digest: %s, want %s", got, want)
	}
	tail := fmt.Sprintf("80%02X%X", len(text)-64, text[64:])
	middle := "9028" + state(t, text[:64]) + "0000000000000200"
	emutest.Run(t, c, emutest.Say(long("002A90A0", middle+tail, ""), "9000")...)
	if got := emutest.Send(t, c, "002A9E9A00"); got != want {
		t.Errorf("PSO HASH: %s, want %s", got, want)
	}
	emutest.Run(t, c, emutest.Say(long("002A90A0", "9020"+digest, ""), "9000")...)
	if got := emutest.Send(t, c, "002A9E9A00"); got != want {
		t.Errorf("finished digest: %s, want %s", got, want)
	}
}

// state is the inner state of SHA-256 after whole blocks of text.
func state(t *testing.T, text string) string {
	t.Helper()
	h := sha256.New()
	h.Write([]byte(text))
	form, err := h.(interface{ MarshalBinary() ([]byte, error) }).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(form[4 : 4+32])
}

// Requirement: a key made on the card takes the old one's place, signs, and is
// told. Turned red by: a public key that is not the new one's.
func TestGenerate(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series9-iasecc"})
	emutest.Run(t, c, emutest.Join(loggedIn, emutest.Say(putExponent, "9000"))...)
	old := emutest.Send(t, c, object("BFA001", "7F49"))
	made := emutest.Send(t, c, "00470000057003BF900100")
	now := emutest.Send(t, c, object("BFA001", "7F49"))
	// The two are cut at 256 bytes: one behind 7F49, one behind 70 and BFA001 too.
	if !strings.HasPrefix(made, "7F498201098182010") || made[:492] != now[20:512] || now == old {
		t.Errorf("made %s, the card has %s, had %s", made, now, old)
	}
	emutest.Run(t, c, emutest.Join(
		emutest.Say("002241A406840181800102", "9000"),
		emutest.Say("0088000033"+digestInfo+hash+"00", "…9000"))...)
}

// Requirement: whatever bytes come, on either protocol, the card answers at
// least a status word and does not panic. Turned red by: any unchecked index.
func FuzzTransmit(f *testing.F) {
	for _, seed := range []string{selectApp, selectRoot, verify, "00A40904022F0100", "00B0000000", "00B09C00C0", object("BF8101", "A0"), object("BF9001", "7F48"), create("0A01", "0100"), putExponent, "002241A406840181800102", "00880000045465787400", "002A90A0069000800268 69", "002A9E9A00", "00C0000000"} {
		b, _ := hex.DecodeString(strings.ReplaceAll(seed, " ", ""))
		f.Add(b)
	}
	emutest.Fuzz(f, "series9-iasecc")
}

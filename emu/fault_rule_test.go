package emu_test

import (
	"bytes"
	"context"
	"crypto/des"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

const (
	mistake       = "0020008008303030303030FFFF"
	unblock       = "002C0080103132333435363738363534333231FFFF"
	authentic     = "00A4040010A0000000770100700A1000F100000100"
	fetch         = "00C0000000"
	readDirectory = "00A4000C022F00"
)

// after says the status word of the last of some commands.
func after(t *testing.T, c *emu.Card, commands ...string) (last string) {
	t.Helper()
	for _, x := range commands {
		if x == emutest.Reset {
			_ = c.Reset(context.Background())
			continue
		}
		last = word(t, c, x)
	}
	return last
}

// whole is the complete answer to a command, on either protocol.
func whole(t *testing.T, c *emu.Card, command string) string {
	t.Helper()
	raw, err := hex.DecodeString(command)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := iso7816.ParseCommand(raw)
	if err != nil {
		t.Fatal(err)
	}
	r, err := channel(c).Send(context.Background(), parsed)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(hexOf(string(r.Bytes())))
}

// ends is a show of the last status word of some commands.
func ends(want string, commands ...string) func(*testing.T, *emu.Card) bool {
	return func(t *testing.T, c *emu.Card) bool { return after(t, c, commands...) == want }
}

// brings is a show of a part of the answer to the last of some commands.
func brings(part string, commands ...string) func(*testing.T, *emu.Card) bool {
	return func(t *testing.T, c *emu.Card) bool {
		after(t, c, commands[:len(commands)-1]...)
		return strings.Contains(whole(t, c, commands[len(commands)-1]), part)
	}
}

// ask is one GENERAL AUTHENTICATE, taken apart.
func ask(t *testing.T, c *emu.Card, algorithm, key byte, tag uint32, parts ...[]byte) ([]byte, iso7816.SW) {
	t.Helper()
	r, err := channel(c).Send(context.Background(), iso7816.Command{INS: 0x87, P1: algorithm, P2: key, Data: iso7816.Wrap(0x7C, parts...), Le: 256})
	if err != nil {
		t.Fatal(err)
	}
	value, _ := iso7816.Find(r.Data, 0x7C, tag)
	return value, r.SW
}

// administer authenticates with the management key and says whether the card
// proved that it has the key too.
func administer(t *testing.T, c *emu.Card) (proven bool, sw iso7816.SW) {
	t.Helper()
	key, err := des.NewTripleDESCipher([]byte(emu.DefaultAdminKey[:24]))
	if err != nil {
		t.Fatal(err)
	}
	witness, _ := ask(t, c, 3, 0x9B, 0x80, []byte{0x80, 0})
	if len(witness) != 8 {
		t.Fatalf("the witness is % X", witness)
	}
	key.Decrypt(witness, witness)
	challenge, want := []byte("12345678"), make([]byte, 8)
	key.Encrypt(want, challenge)
	got, sw := ask(t, c, 3, 0x9B, 0x82, iso7816.Wrap(0x80, witness), iso7816.Wrap(0x81, challenge))
	return bytes.Equal(got, want), sw
}

// generates reports whether a new pair for key 9E signs as its public key says.
func generates(t *testing.T, c *emu.Card) bool {
	t.Helper()
	administer(t, c)
	answer, err := hex.DecodeString(whole(t, c, "0047009E05AC0380011100"))
	if err != nil {
		t.Fatal(err)
	}
	point, _ := iso7816.Find(answer, 0x7F49, 0x86)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	digest := sha256.Sum256([]byte("x"))
	signature, _ := ask(t, c, 0x11, 0x9E, 0x82, []byte{0x82, 0}, iso7816.Wrap(0x81, digest[:]))
	return err == nil && ecdsa.VerifyASN1(public, digest[:], signature)
}

// rules says for each fault that breaks one rule of the card how it shows, as
// shows does: on a series 9 card, or on the series the fault is for.
var rules = map[string]func(*testing.T, *emu.Card) bool{
	"card.atr-homemade": func(_ *testing.T, c *emu.Card) bool { return strings.Contains(string(c.ATR()), "DESK") },
	"card.atr-other-protocol": func(_ *testing.T, c *emu.Card) bool {
		return len(c.ATR()) == map[iso7816.Protocol]int{iso7816.T0: 4, iso7816.T1: 6}[c.Protocol()]
	},
	"card.select-full-name-only": ends("6A82", "00A4040005A000000308"),
	"card.template-missing": func(t *testing.T, c *emu.Card) bool {
		return whole(t, c, "00A404000BA00000030800001000010000") == "9000"
	},
	"card.template-wrong":       brings("000010000200", "00A404000BA00000030800001000010000"),
	"card.select-forgets":       ends("63C3", verify, "00A4040005F000000001", status),
	"card.select-remembers":     ends("9000", verify, "00A4040008A000000003000000", "00A4040005A000000308", status),
	"card.wrong-remembers":      ends("9000", verify, mistake, status),
	"card.one-application":      ends("63C3", "00A4040008A000000003000000", status),
	"card.objects-reordered":    brings("7E125F2F024000", "00CB3FFF035C017E00"),
	"card.length-form-wrong":    brings("7E83000012", "00CB3FFF035C017E00"),
	"card.objects-padded":       brings("00009000", "00CB3FFF055C035FC10700"),
	"card.absent-is-empty":      ends("9000", "00CB3FFF055C035FC1F0"),
	"card.reads-unguarded":      brings("4E4F424F4459", "00CB3FFF055C035FC10900"),
	"card.logout-ignored":       ends("9000", verify, "0020FF80", status),
	"card.logout-unknown":       ends("6A86", "0020FF80"),
	"card.p1p2-ignored":         ends("63C3", "00200155"),
	"card.malformed-accepted":   ends("9000", "00CB3FFF025C00"),
	"card.partial-read-refused": func(t *testing.T, c *emu.Card) bool { return word(t, c, "00CB3FFF055C035FC10208")[:2] == "6C" },
	"card.pieces-lose-byte": func(t *testing.T, c *emu.Card) bool {
		word(t, c, "00CB3FFF055C035FC105")
		return len(emutest.Send(t, c, "00C0000010")) == 2*(15+2)
	},
	"card.pending-kept": func(t *testing.T, c *emu.Card) bool {
		word(t, c, "00CB3FFF055C035FC105")
		word(t, c, status)
		return len(emutest.Send(t, c, "00C0000010")) == 2*(16+2)
	},
	"card.format-spends-try": ends("63C2", "0020008008313233343561FFFF"),
	"card.reset-unblocks":    ends("63C3", mistake, mistake, mistake, verify, emutest.Reset, verify),
	"card.change-forgets":    ends("9000", "0024008010313233343536FFFF363534333231FFFF", emutest.Reset, verify),
	"card.change-unchecked":  ends("9000", "0024008010303030303030FFFF363534333231FFFF"),
	"card.unblock-unchecked": ends("9000", "002C0080103030303030303030363534333231FFFF"),
	"card.unblock-verifies":  ends("9000", unblock, status),
	"card.asks-each-time": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, first := sign(c, 0x9A)
		_, second := sign(c, 0x9A)
		return first == nil && second != nil
	},
	"card.template-unchecked": brings("0000000000009000", verify, "0087079A047C02820000"),
	"card.template-ordered": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, err := channel(c).Check(context.Background(), iso7816.Command{INS: 0x87, P1: 7, P2: 0x9A, Le: 256,
			Data: iso7816.Wrap(0x7C, iso7816.Wrap(0x81, append([]byte{0}, make([]byte, 255)...)), []byte{0x82, 0})})
		return err != nil
	},
	"card.chain-forgets":       ends("9000", "1020008000"),
	"card.chain-kept":          ends("6883", "1087079A0101", status, "1087079C0101"),
	"card.spare-keys-wrong":    func(t *testing.T, c *emu.Card) bool { return !generates(t, c) },
	"card.card-key-guarded":    ends("6982", "0087119E047C008100"),
	"card.admin-never":         func(t *testing.T, c *emu.Card) bool { _, sw := administer(t, c); return sw == iso7816.SecurityStatus },
	"card.admin-unproven":      func(t *testing.T, c *emu.Card) bool { proven, _ := administer(t, c); return !proven },
	"card.put-forgets":         ends("9000", "00DB3FFF075C035FC1095300"),
	"card.generate-wrong-key":  func(t *testing.T, c *emu.Card) bool { return !generates(t, c) },
	"card.admin-always":        ends("9000", "00DB3FFF075C035FC1095300"),
	"card.challenge-repeats":   brings("0102030405060708", "0087039B047C02810000"),
	"card.holder-object-wrong": brings("3230303130313031", "00CB3FFF055C035FC10200"),
	"card.printed-wrong":       brings(strings.ToUpper(hexOf("Nobody At All")), verify, "00CB3FFF055C035FC10900"),
	"card.capabilities-wrong":  brings("A0000000790400", "00CB3FFF055C035FC10700"),
	"card.discovery-wrong":     brings("5F2F020030", "00CB3FFF035C017E00"),
	"card.weak-exponent": func(t *testing.T, c *emu.Card) bool {
		cert, err := certificate(c)
		return err == nil && cert.PublicKey.(*rsa.PublicKey).E == 32771
	},
	"card.one-key": func(t *testing.T, c *emu.Card) bool {
		return whole(t, c, "00CB3FFF055C035FC10500") == whole(t, c, "00CB3FFF055C035FC10A00")
	},
	"card.authority-certificate": func(_ *testing.T, c *emu.Card) bool { cert, err := certificate(c); return err == nil && cert.IsCA },
	"card.write-unchecked":       ends("9000", authentic, readDirectory, "00D600000100"),
	"card.failed-select-leaves":  ends("6986", authentic, readDirectory, "00A4000002DEAD", "00B0000010"),
	"card.select-talks":          brings("83025015", authentic, "00A4000C02501500"),
	"card.key-for-anything":      brings("6E6F626F6479", authentic, "002241B806800111830101", "002A8086010100"),
	"card.t0-short-accepted": func(t *testing.T, c *emu.Card) bool {
		return c.Protocol() == iso7816.T0 && word(t, c, "00A4040006A000000308")[:2] == "61"
	},
	"card.t0-announces-short": ends("61FF", "00CB3FFF055C035FC105"),
	"card.lc-ignored": func(t *testing.T, c *emu.Card) bool {
		return c.Protocol() == iso7816.T1 && word(t, c, "00CB3FFF055C03") == "6A80"
	},
	"card.path-refused":   ends("6A86", authentic, "00A4080C022F00"),
	"card.fcp-thin":       brings("620483020000", authentic, "00A40000022F0000"),
	"card.offset-ignored": brings("611F9000", authentic, readDirectory, "00B0000402"),
	"card.end-unmarked": func(t *testing.T, c *emu.Card) bool {
		after(t, c, authentic, readDirectory)
		return c.Protocol() == iso7816.T1 && strings.HasSuffix(whole(t, c, "00B0007020"), "9000")
	},
	"card.directory-wrong":        brings("3F005099", authentic, readDirectory, "00B0000080"),
	"card.certificate-path-wrong": brings("3F0050153901", authentic, "00A4080C0450157005", "00B0000080"),
	"card.data-missing":           ends("6A88", authentic, "00CA9F7F2D"),
	"card.environment-sticky": func(t *testing.T, c *emu.Card) bool {
		after(t, c, authentic, "0020000108313233343536FFFF")
		return len(whole(t, c, "002A9E9A0401020304"+"00")) > 100
	},
	"card.environment-unchecked": ends("9000", authentic, "002241B606800199830101"),
	"card.t0-case4-accepted": func(t *testing.T, c *emu.Card) bool {
		return c.Protocol() == iso7816.T0 && word(t, c, "00A4040005A00000030800")[:2] == "61"
	},
	"card.t0-6c-executes": func(t *testing.T, c *emu.Card) bool {
		return c.Protocol() == iso7816.T0 && after(t, c, "00A4040005A000000308", "00C00000FF", fetch) == "6985"
	},
	"card.le-strict": func(t *testing.T, c *emu.Card) bool {
		return c.Protocol() == iso7816.T1 && word(t, c, "00CB3FFF035C017E") == "6700"
	},
	"card.wrong-error-word": ends("6F00", "00F0000000"),
}

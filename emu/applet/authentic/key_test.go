package authentic_test

import (
	"context"
	"crypto/rsa"
	"fmt"
	"math/big"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// object is a PUT DATA for a key: mechanism, reference and more.
func object(more string) string {
	return fmt.Sprintf("00DB3FFF%02XA1%02X%s", len(more)/2+2, len(more)/2, more)
}

const (
	anyone    = "860C000000000000000000000000"
	guarded   = "860C000100010001000100010001"
	key2048   = "80010C830103"
	generate3 = "004700000DAC0B80010C8301038203010001"
)

// Requirement: key objects are created, filled and deleted as OpenSC's driver
// asks, each step guarded by the directory's rule CRYPTO or the object's own.
// Source: OpenSC's driver (no recording: OpenSC fails before it asks). Turned
// red by: any change to the rule in the row's name.
func TestKeyObjects(t *testing.T) {
	open := talk(application, "9000", verify, "9000")
	made := emutest.Join(open, talk(object(key2048+guarded), "9000"))
	closed := emutest.Join(made, talk(selectApplet, "9000", application, "9000"))
	rows{
		"create, passcode":       talk(application, "9000", object(key2048+anyone), "6982"),
		"create":                 emutest.Join(made, talk("002241B606800111830103", "9000")),
		"create, there already":  emutest.Join(made, talk(object(key2048+guarded), "6A89")),
		"create, sizes":          emutest.Join(open, talk(object("800108830103"+anyone), "9000", object("800109830104"+anyone), "9000", object("80010A830105"+anyone), "9000", object("80010B830106"+anyone), "9000")),
		"create, DES and AES":    emutest.Join(open, talk(object("800104830103"+anyone), "6A81", object("800107830103"+anyone), "6A81")),
		"create, no mechanism":   emutest.Join(open, talk(object("80010D830103"+anyone), "6A80", object("830103"+anyone), "6A80")),
		"create, reference":      emutest.Join(open, talk(object("80010C830100"+anyone), "6A80", object("80010C830183"+anyone), "6A80")),
		"create, access rules":   emutest.Join(open, talk(object(key2048+"860A00000000000000000000"), "6A80")),
		"create, not modelled":   emutest.Join(open, talk(object(key2048+anyone+"870101"), "6A81", object(key2048+anyone+"90020001"), "6A81")),
		"create, unknown tag":    emutest.Join(open, talk(object(key2048+anyone+"880101"), "6A80")),
		"delete":                 emutest.Join(made, talk(object(key2048), "9000", "002241B606800111830103", "6A88", object(key2048), "6A88")),
		"delete, passcode":       emutest.Join(closed, talk(object(key2048), "6982")),
		"delete, other size":     emutest.Join(made, talk(object("800108830103"), "6A80")),
		"delete, of the card":    emutest.Join(open, talk(object("80010C830101"), "9000", "002241B606800111830101", "6A88")),
		"store, absent":          emutest.Join(open, talk(object(key2048+"A5067F48007F4900"), "6A88")),
		"store, passcode":        emutest.Join(closed, talk(object(key2048+"A5067F48007F4900"), "6982")),
		"store, nothing":         emutest.Join(made, talk(object(key2048+"A500"), "6A80", object(key2048+"A5067F48007F4900"), "6A80")),
		"store and create":       emutest.Join(open, talk(object(key2048+anyone+"A500"), "6A80")),
		"generate, absent":       emutest.Join(open, talk(generate3, "6A88")),
		"generate, passcode":     emutest.Join(closed, talk(generate3, "6982")),
		"generate, exponent 3":   emutest.Join(made, talk("004700000BAC0980010C830103820103", "6A81")),
		"generate, other size":   emutest.Join(made, talk("0047000008AC06800108830103", "6A80")),
		"generate, form":         emutest.Join(made, talk("0047800008AC0680010C830103", "6A86", "00470000", "6A80", "00470000 02AC00", "6A80")),
		"empty, not used":        emutest.Join(made, talk("002241B606800111830103", "9000", "002A9E9A01AA00", "6985")),
		"malformed, no template": emutest.Join(open, talk("00DB3FFF", "6A80", "00DB3FFF02A200", "6A80", "00DB3FFF02A100", "6A80")),
	}.run(t)
}

// Requirement: a generated key signs, its public key is what the card answered,
// and it is there after a reset, not verified. Source: OpenSC's driver for the
// shape of the answer. Turned red by: answering one key and keeping another.
func TestGenerate(t *testing.T) {
	for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
		c := emutest.New(t, emu.Options{Profile: "series8", Protocol: p})
		enter(t, c, object("800108830103"+guarded))
		data := check(t, c, iso7816.Command{INS: 0x47, Data: []byte{0xAC, 0x0B, 0x80, 1, 8, 0x83, 1, 3, 0x82, 3, 1, 0, 1}, Le: 256})
		n, _ := iso7816.Find(data, 0x7F49, 0x81)
		e, _ := iso7816.Find(data, 0x7F49, 0x82)
		public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if public.N.BitLen() != 1024 || public.E != 65537 {
			t.Fatalf("%v: %d bits, exponent %d", p, public.N.BitLen(), public.E)
		}
		if err := c.Reset(context.Background()); err != nil {
			t.Fatal(err)
		}
		enter(t, c)
		signs(t, c, 3, public)
	}
}

// Requirement: a key stored in parts is that key; parts that do not belong
// together, or another size, are refused and leave the old key. Source: RFC 8017
// §3.2. Turned red by: leaving out the comparison of one part.
func TestStore(t *testing.T) {
	k := testpki.Published("card-03")
	c := emutest.New(t, emu.Options{Profile: "series8"})
	enter(t, c, object(key2048+guarded), object("800108830104"+guarded))
	put := func(ref, mechanism byte, change func(p [7][]byte)) iso7816.SW {
		parts := [7][]byte{k.Primes[0].Bytes(), k.Primes[1].Bytes(), k.Precomputed.Qinv.Bytes(), k.Precomputed.Dp.Bytes(), k.Precomputed.Dq.Bytes(), k.N.Bytes(), {1, 0, 1}}
		if change != nil {
			change(parts)
		}
		return store(t, c, ref, mechanism, parts)
	}
	if sw := put(3, 0x0C, nil); sw != iso7816.OK {
		t.Fatal(sw)
	}
	for i := range 7 {
		if sw := put(3, 0x0C, func(p [7][]byte) { p[i][len(p[i])-1] ^= 2 }); sw != iso7816.WrongData {
			t.Errorf("part %d changed: %v", i, sw)
		}
	}
	if sw := put(4, 0x08, nil); sw != iso7816.WrongData {
		t.Errorf("2048 bits in an object of 1024: %v", sw)
	}
	signs(t, c, 3, &k.PublicKey)
}

// store sends a key in a chain, as OpenSC does.
func store(t *testing.T, c *emu.Card, ref, mechanism byte, p [7][]byte) iso7816.SW {
	t.Helper()
	private := iso7816.Wrap(0x7F48, iso7816.Wrap(0x92, p[0]), iso7816.Wrap(0x93, p[1]), iso7816.Wrap(0x94, p[2]), iso7816.Wrap(0x95, p[3]), iso7816.Wrap(0x96, p[4]))
	public := iso7816.Wrap(0x7F49, iso7816.Wrap(0x81, p[5]), iso7816.Wrap(0x82, p[6]))
	r, err := channel(c).Send(context.Background(), iso7816.Command{INS: 0xDB, P1: 0x3F, P2: 0xFF, Data: iso7816.Wrap(0xA1, []byte{0x80, 1, mechanism, 0x83, 1, ref}, iso7816.Wrap(0xA5, private, public))})
	if err != nil {
		t.Fatal(err)
	}
	return r.SW
}

func channel(c *emu.Card) iso7816.Channel { return iso7816.Channel{Card: c, Protocol: c.Protocol()} }

// check sends a command that must end with 9000.
func check(t *testing.T, c *emu.Card, command iso7816.Command) []byte {
	t.Helper()
	data, err := channel(c).Check(context.Background(), command)
	if err != nil {
		t.Fatalf("%v: %v", command, err)
	}
	return data
}

// enter selects the PKCS#15 directory with the passcode verified, then says
// commands that must end with 9000.
func enter(t *testing.T, c *emu.Card, commands ...string) {
	t.Helper()
	for _, x := range append([]string{selectApplet, application, verify}, commands...) {
		if got := emutest.Send(t, c, x); got[len(got)-4:] != "9000" && got[:2] != "61" {
			t.Fatalf("%s: %s", x, got)
		}
	}
}

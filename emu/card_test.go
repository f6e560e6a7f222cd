package emu_test

import (
	"bytes"
	"context"
	"crypto/des"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

const (
	verify = "0020008008313233343536FFFF"
	status = "00200080"
)

// Requirement: traces never hold a passcode. Source: house rule on secrets.
// Turned red by: forgetting one of the three commands.
func TestTraceIsBlanked(t *testing.T) {
	var live []emu.Exchange
	c := emutest.New(t, emu.Options{OnMessage: func(e emu.Exchange) { live = append(live, e) }})
	emutest.Run(t, c, emutest.Join(
		emutest.Say(verify, "9000"),
		emutest.Say("0024008010313233343536FFFF313233343536FFFF", "9000"),
		emutest.Say("002C0080103132333435363738313233343536FFFF", "9000"),
		emutest.Say("002000800931323334353637", "6700"), // malformed
	)...)
	want := []emu.Exchange{
		{Command: "0020008008" + strings.Repeat("00", 8), Response: "9000"},
		{Command: "0024008010" + strings.Repeat("00", 16), Response: "9000"},
		{Command: "002C008010" + strings.Repeat("00", 16), Response: "9000"},
		{Command: "0020008009" + strings.Repeat("00", 7), Response: "6700"},
	}
	for _, got := range [][]emu.Exchange{c.Trace(), live} {
		if len(got) != len(want) {
			t.Fatalf("%v", got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%v, want %v", got[i], want[i])
			}
		}
	}
	c.ForgetTrace()
	if got := c.Trace(); len(got) != 0 {
		t.Errorf("after forgetting: %v", got)
	}
}

// Requirement: a trace keeps the last exchanges and no more than asked for.
// Turned red by: dropping the newest.
func TestTraceIsBounded(t *testing.T) {
	c := emutest.New(t, emu.Options{Trace: 2})
	emutest.Run(t, c, emutest.Join(emutest.Say(status, "63C3"), emutest.Say(mistake, "63C2"), emutest.Say(status, "63C2"))...)
	if list := c.Trace(); len(list) != 2 || list[1] != (emu.Exchange{Command: status, Response: "63C2"}) {
		t.Errorf("%v", list)
	}
}

// Requirement: a deciphered text is blanked, also where GET RESPONSE fetches
// it. Turned red by: looking at the command only.
func TestTraceBlanksDeciphered(t *testing.T) {
	c := emutest.New(t, emu.Options{Profile: "series8", Protocol: iso7816.T0})
	raw, err := encrypt(&testpki.Published("card-00").PublicKey, "secret text")
	if err != nil {
		t.Fatal(err)
	}
	emutest.Run(t, c, emutest.Join(
		emutest.Say("00A4040010A0000000770100700A1000F100000100", "6123"),
		emutest.Say("0020000108313233343536FFFF", "9000"),
		emutest.Say("002241B806800111830101", "9000"),
		emutest.Say("102A8086FF"+raw[:510], "9000"),
		emutest.Say("002A808601"+raw[510:], "610B"),
		emutest.Say("00C000000B", "73656372657420746578749000"),
	)...)
	list := c.Trace()
	if got := list[len(list)-1].Response; got != strings.Repeat("00", 11)+"9000" {
		t.Errorf("the trace shows %s", got)
	}
}

// Requirement: the same of a PIV card's key management keys. Turned red by:
// leaving out the retired ones.
func TestTraceBlanksAgreed(t *testing.T) {
	for _, ref := range []byte{0x9D, 0x82} {
		c := emutest.New(t, emu.Options{Profile: "piv-full"})
		emutest.Run(t, c, emutest.Join(emutest.Say("00A404000BA000000308000010000100", "61…9000"), emutest.Say(verify, "9000"))...)
		if _, err := sign(c, ref); err != nil {
			t.Fatal(err)
		}
		list := c.Trace()
		if got := list[len(list)-2].Response; got != strings.Repeat("00", 256)+"6108" {
			t.Errorf("%X: the trace shows %s", ref, got)
		}
		if got := list[len(list)-1].Response; got != strings.Repeat("00", 8)+"9000" {
			t.Errorf("%X: the trace shows %s", ref, got)
		}
	}
}

// Requirement: a card that is out answers nothing and says so; put back it has
// forgotten the passcode and kept its counter. Turned red by: keeping volatile
// state.
func TestRemoveInsert(t *testing.T) {
	removed := 0
	c := emutest.New(t, emu.Options{OnRemove: func() { removed++ }})
	emutest.Run(t, c, emutest.Join(emutest.Say("0020008008303030303030FFFF", "63C2"), emutest.Say("0020008000", "63C2"))...)
	c.Remove()
	c.Remove()
	if _, err := c.Transmit(context.Background(), []byte{0, 0x20, 0, 0x80}); !errors.Is(err, emu.ErrRemoved) {
		t.Errorf("transmit: %v", err)
	}
	if err := c.Reset(context.Background()); !errors.Is(err, emu.ErrRemoved) {
		t.Errorf("reset: %v", err)
	}
	if removed != 1 || c.Present() {
		t.Errorf("told %d times, present %v", removed, c.Present())
	}
	c.Insert()
	emutest.Run(t, c, emutest.Say(status, "63C2")...)
	if c.TriesLeft() != 2 {
		t.Errorf("%d tries left", c.TriesLeft())
	}
	if err := c.Restore(); err != nil || c.TriesLeft() != 3 {
		t.Errorf("restored: %d tries left, %v", c.TriesLeft(), err)
	}
}

// Requirement: power-off loses the verified passcode. Turned red by: keeping it.
func TestPowerOff(t *testing.T) {
	c := emutest.New(t, emu.Options{})
	emutest.Run(t, c, emutest.Say(verify, "9000")...)
	c.PowerOff()
	emutest.Run(t, c, emutest.Say(status, "63C3")...)
}

// Requirement: a transaction keeps others out until its end, and waiting ends
// with the context. Turned red by: not waiting.
func TestBegin(t *testing.T) {
	c := emutest.New(t, emu.Options{})
	end, err := c.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := c.Begin(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("second: %v", err)
	}
	if end() != nil || end() != nil {
		t.Error("end twice")
	}
	if end, err = c.Begin(context.Background()); err != nil || end() != nil {
		t.Errorf("after the end: %v", err)
	}
}

// Requirement: impossible cards are refused with an error, and the error holds
// no passcode. Turned red by: leaving out the check of the row.
func TestOptionsRefused(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[0], time.Now())
	id.ContentCommitment.Certificate = nil
	large, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		t.Fatal(err)
	}
	long := testpki.Issue(testpki.Holders()[0], time.Now())
	long.Authentication.Key = large
	rows := map[string]emu.Options{
		"profile":  {Profile: "series4"},
		"protocol": {Protocol: 7},
		"fault":    {Faults: []string{"card.upside-down"}},
		"short":    {Passcode: []byte("98765")},
		"letters":  {Passcode: []byte("9876ab")},
		"long":     {Passcode: []byte("987654321")},
		"PUK":      {PUK: []byte("9876")},
		"identity": {Identity: &id},
		"key size": {Profile: "series8", Identity: &long},

		"personality":             {Personality: "v99"},
		"personality of another":  {Profile: "series8", Personality: "v82-civ"},
		"personality, protocol":   {Personality: "v82-civ", Protocol: iso7816.T0},
		"management key, short":   {AdminKey: []byte("9876")},
		"management key, longer":  {AdminKey: []byte("98769876987698769876987698769876")},
		"management key, no card": {Profile: "series8", AdminKey: []byte("987698769876987698769876")},
	}
	for name, o := range rows {
		_, err := emu.New(o)
		if !errors.Is(err, emu.ErrOptions) || strings.Contains(err.Error(), "9876") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Requirement: the cards belong to the first and the second holder unless said
// otherwise. Turned red by: exchanging them.
func TestDefaultHolders(t *testing.T) {
	for profile, say := range map[string][]emutest.Step{
		"series8": emutest.Join(emutest.Say("00A4040010A0000000770100700A1000F100000100", "9000"), emutest.Say("00A4080C0450153401", "9000"), emutest.Say("00B0000000", "…9000")),
		"series9": emutest.Say("00CB3FFF055C035FC10500", "…6100"),
	} {
		h := testpki.Holders()[map[string]int{"series8": 0, "series9": 1}[profile]]
		c := emutest.New(t, emu.Options{Profile: profile})
		emutest.Run(t, c, say...)
		list := c.Trace()
		if want := strings.ToUpper(hexOf(h.UUID)); !strings.Contains(list[len(list)-1].Response, want) {
			t.Errorf("%s: certificate without %s", profile, h.UUID)
		}
	}
}

// Requirement: a card shows itself with the personality it is told to, with the
// protocol that goes with it, and does the same with it. Source: the list of
// answers to reset of the maker's cards. Turned red by: taking the first of the
// protocol.
func TestPersonalities(t *testing.T) {
	for _, id := range []string{"series8", "series9", "piv-full"} {
		p, err := profile.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range p.Personalities {
			c := emutest.New(t, emu.Options{Profile: id, Personality: x.ID})
			if c.Protocol() != x.Protocol || !bytes.Equal(c.ATR(), x.ATR) {
				t.Errorf("%s: %v, % X", x.ID, c.Protocol(), c.ATR())
			}
		}
	}
	c := emutest.New(t, emu.Options{Personality: "v82-civ"})
	emutest.Run(t, c, emutest.Say(verify, "9000")...)
	if err := c.Heal(); err != nil || c.ATR()[14] != 0x51 {
		t.Errorf("made anew: % X, %v", c.ATR(), err)
	}
}

// Requirement: an administrator with the card's own key gets in, and one with
// the default does not. Turned red by: ignoring the option.
func TestAdminKey(t *testing.T) {
	own := []byte("123456789012345678901234")
	for _, key := range [][]byte{own, []byte(emu.DefaultAdminKey)[:24]} {
		block, err := des.NewTripleDESCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 8)
		block.Encrypt(answer, answer)
		c := emutest.New(t, emu.Options{AdminKey: own, Rand: zeros{}})
		want := map[bool]string{true: "9000", false: "6982"}[bytes.Equal(key, own)]
		emutest.Run(t, c, emutest.Join(
			emutest.Say("0087039B047C02810000", "7C0A810800000000000000009000"),
			emutest.Say("0087039B0C7C0A8208"+hex.EncodeToString(answer), want))...)
	}
}

// Requirement: a card that promises short commands only refuses extended ones,
// and the one that says 4096 takes them. Source: SP 800-73-4 part 2 §3, ISO/IEC
// 7816-4 §5.1. Turned red by: taking both forms always.
func TestExtendedLength(t *testing.T) {
	emutest.Run(t, emutest.New(t, emu.Options{}), emutest.Join(
		emutest.Say("00CB3FFF0000035C017E0000", "6700"), emutest.Say("00CB3FFF000000", "6700"),
		emutest.Say("00CB3FFF035C017E00", "7E…9000"))...)
	emutest.Run(t, emutest.New(t, emu.Options{Profile: "piv-full"}), emutest.Join(
		emutest.Say("00A404000BA000000308000010000100", "61444F0600001000010079074F05A00000030850085049562066756C6C5F501868747470733A2F2F746F792D6E68732E746573742F706976AC0C8001078001118001140601007F66080202100002021000"+"9000"),
		emutest.Say("00CB3FFF0000055C035FC1050000", "53…9000"))...)
}

// Requirement: a series 9 card that takes extended commands says how long they
// may be behind its answer to SELECT, hands out its certificate in one answer,
// and does the same for extended data as for short or chained. Source: facts of
// an ID-One PIV card of 2006 (7F66 08 0202 8000 0202 8000), ISO/IEC 7816-4 §5.1
// and §12.7.1. Turned red by: the profile's length instead of the personality's.
func TestExtendedPersonality(t *testing.T) {
	c := emutest.New(t, emu.Options{Personality: "v81-extended"})
	emutest.Run(t, c, emutest.Join(
		emutest.Say("00A404000BA00000030800001000010000", "61…7F660802028000020280009000"),
		emutest.Say("00A4040000000BA0000003080000100001000000", "61…7F660802028000020280009000"),
		emutest.Say("00200080000008313233343536FFFF", "9000"))...)
	want := pieces(t, c, "00CB3FFF055C035FC10500")
	if got := emutest.Send(t, c, "00CB3FFF0000055C035FC1050000"); got != want+"9000" || len(want) <= 2*256 {
		t.Errorf("in one answer: %s\nin pieces: %s", got, want)
	}
	question := "7C820106820081820100" + "00" + strings.Repeat("FF", 255)
	want = pieces(t, c, "10 87079A FF"+question[:510], "00 87079A 0B"+question[510:]+"00")
	if got := emutest.Send(t, c, "0087079A 00010A"+question+"0000"); got != want+"9000" || !strings.HasPrefix(got, "7C820104") {
		t.Errorf("signed at once: %s\nin pieces: %s", got, want)
	}
	emutest.Run(t, c, emutest.Say("0087079A 00010A"+question[:508], "6700")...) // cut on the way
	other := emutest.New(t, emu.Options{Protocol: iso7816.T0})                  // where the fifth byte is all there is of a length
	emutest.Run(t, other, emutest.Say("00CB3FFF0000055C035FC1050000", "6700")...)
}

// pieces is the whole answer to the last of some commands, fetched in pieces.
func pieces(t *testing.T, c *emu.Card, commands ...string) (all string) {
	t.Helper()
	for _, x := range commands {
		all = emutest.Send(t, c, x)
	}
	for {
		end := len(all) - 4
		more := all[end:]
		if all = all[:end]; !strings.HasPrefix(more, "61") {
			return all
		}
		all += emutest.Send(t, c, "00C00000"+more[2:])
	}
}

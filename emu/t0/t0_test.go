package t0_test

import (
	"encoding/hex"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/t0"
)

// counter answers SELECT and GET CHALLENGE with bytes, the first of which says
// how often it was asked.
type counter struct{ n byte }

func (c *counter) Process(x iso7816.Command) iso7816.Response {
	c.n++
	switch x.INS {
	case 0xA4, 0x84:
		return applet.Data([]byte{c.n, 2, 3, 4})
	case 0x87:
		return applet.Data(make([]byte, 300))
	case 0x20:
		return applet.Status(iso7816.OK)
	case 0xB0:
		return iso7816.Response{Data: []byte{c.n, 2}, SW: iso7816.EndOfFile}
	}
	return applet.Status(iso7816.INSUnknown)
}
func (c *counter) Chains(byte) bool      { return true }
func (c *counter) Reset()                {}
func (c *counter) TriesLeft() int        { return 0 }
func (*counter) Save() applet.State      { return nil }
func (*counter) Load(applet.State) error { return nil }

// Requirement: the rules of T=0 as PC/SC clients meet them, each named by its
// row. Source: ISO/IEC 7816-3 §10.3 and §12.2. Turned red by: the rule in the
// row's name.
func TestRules(t *testing.T) {
	rows := map[string][][2]string{
		"61 and GET RESPONSE":           {{"00A4000000", "6104"}, {"00C0000004", "010203049000"}, {"00C0000004", "6985"}},
		"GET RESPONSE in pieces":        {{"00A4000000", "6104"}, {"00C0000001", "016103"}, {"00C0000003", "0203049000"}},
		"GET RESPONSE of too much":      {{"00A4000000", "6104"}, {"00C0000009", "6C04"}, {"00C0000000", "6C04"}, {"00C0000004", "010203049000"}},
		"any other command discards":    {{"00A4000000", "6104"}, {"0020008000", "9000"}, {"00C0000004", "6985"}},
		"6C without side effect":        {{"0084000008", "6C04"}, {"0084000004", "010203049000"}},
		"6C is for the same command":    {{"0084000008", "6C04"}, {"0020008000", "9000"}, {"0084000004", "030203049000"}},
		"6C given up":                   {{"0084000008", "6C04"}, {"0084000009", "6C04"}, {"0084000004", "020203049000"}},
		"6C and the end of a file":      {{"00B0000008", "6C02"}, {"00B0000002", "01029000"}},
		"256 and more is 6100":          {{"0087000001AA", "6100"}, {"00C0000000", "…"}},
		"frame too short for its P3":    {{"00A4000002AA", "6700"}},
		"frame too long, an Le was put": {{"00A4000001AA00", "6700"}},
		"data with an outgoing command": {{"0084000001AA", "6700"}},
		"four bytes are P3 00":          {{"00200080", "9000"}},
		"too few bytes":                 {{"002000", "6700"}, {"", "6700"}},
		"unknown instruction":           {{"00FD000003", "6D00"}, {"00F8000002", "6D00"}},
	}
	for name, steps := range rows {
		a := &t0.Adaptor{Applet: &applet.Chain{Applet: &counter{}}}
		for _, s := range steps {
			command, err := hex.DecodeString(s[0])
			if err != nil {
				t.Fatal(err)
			}
			got := hex.EncodeToString(a.Transmit(command))
			want := s[1]
			if want == "…" {
				if len(got) != 2*258 || got[len(got)-4:] != "612c" {
					t.Errorf("%s: %d digits ending %s", name, len(got), got[len(got)-4:])
				}
				continue
			}
			if b, _ := hex.DecodeString(want); got != hex.EncodeToString(b) {
				t.Errorf("%s: %s answered %s, want %s", name, s[0], got, want)
			}
		}
	}
}

// Requirement: a reset drops what was waiting. Turned red by: keeping it.
func TestReset(t *testing.T) {
	a := &t0.Adaptor{Applet: &applet.Chain{Applet: &counter{}}}
	a.Transmit([]byte{0, 0xA4, 0, 0, 0})
	a.Reset()
	if got := a.Transmit([]byte{0, 0xC0, 0, 0, 4}); hex.EncodeToString(got) != "6985" {
		t.Errorf("% X", got)
	}
}

// Requirement: the card knows for every instruction of its applets which way
// the bytes travel, and treats no other as either. Source: ISO/IEC 7816-3
// §10.3.2; what OpenSC sends. Turned red by: an instruction left out of the table.
func TestDirection(t *testing.T) {
	want := map[byte]t0.Way{}
	for _, ins := range []byte{0xB0, 0xB2, 0xCA, 0x84, 0xC0} {
		want[ins] = t0.Outgoing
	}
	for _, ins := range []byte{0xA4, 0x20, 0x22, 0x24, 0x2A, 0x2C, 0x46, 0x47, 0x82, 0x86, 0x87, 0x88, 0xCB, 0xD0, 0xD6, 0xDA, 0xDB, 0xE0, 0xE2, 0xE4} {
		want[ins] = t0.Incoming
	}
	for ins := range 256 {
		if got := t0.Direction(byte(ins)); got != want[byte(ins)] {
			t.Errorf("%02X: %v, want %v", ins, got, want[byte(ins)])
		}
	}
}

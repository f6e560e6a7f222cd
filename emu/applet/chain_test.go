package applet_test

import (
	"fmt"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// listener is an applet that notes what reaches it; it chains 87.
type listener struct{ heard []string }

func (l *listener) Process(c iso7816.Command) iso7816.Response {
	l.heard = append(l.heard, fmt.Sprintf("%02X:%s", c.INS, c.Data))
	return applet.Status(iso7816.OK)
}
func (l *listener) Chains(ins byte) bool    { return ins == 0x87 }
func (l *listener) Reset()                  {}
func (l *listener) TriesLeft() int          { return 0 }
func (l *listener) Save() applet.State      { return nil }
func (l *listener) Load(applet.State) error { return nil }

// Requirement: parts are joined and only the whole command reaches the applet;
// a broken chain is dropped. Source: ISO/IEC 7816-4 §5.3.3. Turned red by:
// keeping the data of an abandoned chain.
func TestChain(t *testing.T) {
	part := func(cla, ins byte, data string) iso7816.Command {
		return iso7816.Command{CLA: cla, INS: ins, Data: []byte(data)}
	}
	cases := []struct {
		name  string
		parts []iso7816.Command
		last  iso7816.SW
		reach string
	}{
		{"joined", []iso7816.Command{part(0x10, 0x87, "a"), part(0x10, 0x87, "b"), part(0, 0x87, "c")}, 0x9000, "[87:abc]"},
		{"alone", []iso7816.Command{part(0, 0x20, "a")}, 0x9000, "[20:a]"},
		{"abandoned", []iso7816.Command{part(0x10, 0x87, "a"), part(0, 0x20, "b"), part(0, 0x87, "c")}, 0x9000, "[20:b 87:c]"},
		{"mixed", []iso7816.Command{part(0x10, 0x87, "a"), part(0x10, 0x20, "b")}, 0x6883, "[]"},
		{"not chained", []iso7816.Command{part(0x10, 0x20, "a")}, 0x6884, "[]"},
		{"too long", []iso7816.Command{part(0x10, 0x87, string(make([]byte, 16<<10))), part(0x10, 0x87, "x")}, 0x6700, "[]"},
	}
	for _, c := range cases {
		l := &listener{}
		chain := &applet.Chain{Applet: l}
		var r iso7816.Response
		for _, p := range c.parts {
			r = chain.Process(p)
		}
		if got := fmt.Sprint(l.heard); r.SW != c.last || got != c.reach {
			t.Errorf("%s: %04X %s, want %04X %s", c.name, uint16(r.SW), got, uint16(c.last), c.reach)
		}
	}
}

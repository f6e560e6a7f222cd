package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// p1p2Ignored never looks at P1 and P2.
var p1p2Ignored = Fault{
	Info: Info{
		ID:    "card.p1p2-ignored",
		Title: "P1 and P2 are taken for the usual ones whatever they are",
		Why:   "A card program that dispatches on the instruction alone; a command meant for another key or passcode works on this one.",
		Owes:  nothing("as what it asks for is the usual"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if right, ok := usualP1P2(c); ok {
				c.P1, c.P2 = right[0], right[1]
			}
			return a.Process(c)
		}}
	},
}

// usualP1P2 are the parameters of the commonest use of a command whose own are
// none that a card knows.
func usualP1P2(c iso7816.Command) (right [2]byte, ok bool) {
	switch c.INS {
	case 0xA4:
		return [2]byte{c.P1, 0}, true
	case 0xCB, 0xDB:
		return [2]byte{0x3F, 0xFF}, true
	case 0x20, 0x24, 0x2C:
		switch {
		case c.P2 == 0x80 || c.P2 == 0x81:
			return [2]byte{0, c.P2}, c.P1 != 0xFF
		case c.P2 == 1 || c.P2 == 2: // AuthentIC's references are small numbers
			return [2]byte{c.P1 & 0x03, c.P2}, true
		case c.P2 < 8:
			return [2]byte{c.P1 & 0x03, 1}, true
		}
		return [2]byte{0, 0x80}, true
	case 0x87:
		if c.P2 == 0x9B || c.P2 == 0x9C {
			return [2]byte{c.P1, c.P2}, true
		}
		return [2]byte{0x07, 0x9A}, true
	case 0x22:
		return [2]byte{0x41, 0xB6}, true
	}
	return right, false
}

package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// garbage answers reads with bytes that mean nothing.
var garbage = Fault{
	Info: Info{
		ID:    "card.garbage",
		Title: "reading gives bytes that mean nothing",
		Why:   "A hostile or broken card; a parser must say so, and no passcode try may be spent.",
		Owes:  unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if c.INS == 0xCB || c.INS == 0xB0 || c.INS == 0xCA {
				r.Data = noise(len(r.Data))
			}
			return r
		}}
	},
}

// noise is n bytes that begin like a very long TLV; the same every time.
func noise(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(0x9F ^ i*0x5D)
	}
	return out
}

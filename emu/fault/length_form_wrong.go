package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// lengthFormWrong writes every length in four bytes.
var lengthFormWrong = Fault{
	Info: Info{
		ID:     "card.length-form-wrong",
		Title:  "the outer length of a data object is written longer than it needs to be",
		Why:    "BER allows it, SP 800-73-4 does not; readers with fixed offsets into an object read nonsense.",
		Owes:   nothing("as longer forms of a length are read too"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			outer, rest, err := iso7816.ReadTLV(r.Data)
			if c.INS != 0xCB || err != nil || outer.Tag > 0xFF {
				return r
			}
			n := len(outer.Value)
			r.Data = append(append([]byte{byte(outer.Tag), 0x83, byte(n >> 16), byte(n >> 8), byte(n)}, outer.Value...), rest...)
			return r
		}}
	},
}

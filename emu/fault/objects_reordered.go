package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// objectsReordered has the right fields in the wrong order.
var objectsReordered = Fault{
	Info: Info{
		ID:     "card.objects-reordered",
		Title:  "the fields of every data object are in the opposite order",
		Why:    "SP 800-73-4 fixes the order; readers that count on it break on cards written by others.",
		Owes:   nothing("as it goes by tags and not by places"),
		Applet: "piv",
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			outer, rest, err := iso7816.ReadTLV(r.Data)
			if c.INS != 0xCB || err != nil || len(rest) > 0 {
				return r
			}
			list, err := iso7816.ParseTLVs(outer.Value)
			if err != nil {
				return r
			}
			var value []byte
			for i := len(list) - 1; i >= 0; i-- {
				value = iso7816.AppendTLV(value, list[i].Tag, list[i].Value)
			}
			r.Data = iso7816.Wrap(outer.Tag, value)
			return r
		}}
	},
}

package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// signatureShort writes a signature as a number.
var signatureShort = Fault{
	Info: Info{
		ID:     "card.signature-short",
		Title:  "the first byte of a signature is missing, as if it had been zero",
		Why:    "One signature in 256 begins with 00, and cards that return a number leave it out (OpenSC #1283, #1319): it verifies nowhere.",
		Params: []Param{each("signature")},
		Owes:   unreadable("says that the card cannot be read"),
	},
	With: func(f *Fault, v Values) {
		f.Wrap = after(v["n"], makesSignature, func(c iso7816.Command, r iso7816.Response) iso7816.Response {
			if r.SW != iso7816.OK || len(r.Data) == 0 {
				return r
			}
			if s, ok := iso7816.Find(r.Data, 0x7C, 0x82); ok && c.INS == 0x87 {
				r.Data = iso7816.Wrap(0x7C, iso7816.Wrap(0x82, s[1:]))
				return r
			}
			r.Data = r.Data[1:]
			return r
		})
	},
}

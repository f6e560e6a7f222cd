package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// garbage answers reads with bytes that mean nothing.
var garbage = Fault{
	Info: Info{
		ID:     "card.garbage",
		Title:  "reading gives bytes that mean nothing",
		Why:    "A hostile or broken card; a parser must say so, and no passcode try may be spent.",
		Params: []Param{each("read")},
		Owes:   unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	With: func(f *Fault, v Values) {
		f.Wrap = after(v["n"], readsAnything, func(_ iso7816.Command, r iso7816.Response) iso7816.Response {
			r.Data = noise(len(r.Data))
			return r
		})
	},
}

// readsAnything is reads, and GET DATA of what is in no file.
func readsAnything(c iso7816.Command) bool { return reads(c) || c.INS == 0xCA }

// noise is n bytes that begin like a very long TLV; the same every time.
func noise(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(0x9F ^ i*0x5D)
	}
	return out
}

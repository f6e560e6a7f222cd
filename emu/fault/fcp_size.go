package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// fcpSize promises more than the file has.
var fcpSize = Fault{
	Info: Info{
		ID:     "card.fcp-size",
		Title:  "the file control parameters promise a longer file than there is",
		Why:    "A file that was written anew and shorter keeps its old size; whoever reads to the promised end is refused at the real one.",
		Applet: "authentic",
		Params: []Param{number("bytes", 64, 1, 4096, "how many bytes too many are promised")},
		Owes:   nothing("as what is read ends where its content ends"),
	},
	With: func(f *Fault, v Values) {
		f.Wrap = after(0, anything, func(c iso7816.Command, r iso7816.Response) iso7816.Response {
			if size, ok := iso7816.Find(r.Data, 0x62, 0x80); c.INS == 0xA4 && ok && len(size) == 2 {
				n := int(size[0])<<8 + int(size[1]) + v["bytes"]
				size[0], size[1] = byte(n>>8), byte(n) // it aliases the answer
			}
			return r
		})
	},
}

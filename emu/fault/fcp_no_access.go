package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// fcpNoAccess leaves the access rules out.
var fcpNoAccess = Fault{
	Info: Info{
		ID:     "card.fcp-no-access",
		Title:  "the file control parameters have no access rules, tag 86",
		Why:    "OpenSC's driver for this card gives the whole card up over a file without them, though reading works.",
		Applet: "authentic",
		Owes:   nothing("as reading needs no rules"),
	},
	Wrap: after(0, anything, func(c iso7816.Command, r iso7816.Response) iso7816.Response {
		body, ok := iso7816.Find(r.Data, 0x62)
		if c.INS != 0xA4 || !ok {
			return r
		}
		list, err := iso7816.ParseTLVs(body)
		if err != nil {
			return r
		}
		var kept []byte
		for _, t := range list {
			if t.Tag != 0x86 {
				kept = iso7816.AppendTLV(kept, t.Tag, t.Value)
			}
		}
		r.Data = iso7816.Wrap(0x62, kept)
		return r
	}),
}

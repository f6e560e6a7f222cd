package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// memoryFull has no room left.
var memoryFull = Fault{
	Info: Info{
		ID:     "card.memory-full",
		Title:  "nothing can be written: 6A84",
		Why:    "Old certificates are rarely deleted, and a full card refuses the new one in the middle of a renewal.",
		Params: []Param{status(0x6A84, "the answer to a write"), each("write")},
		Owes:   nothing("as it writes nothing"),
	},
	With: func(f *Fault, v Values) { f.Wrap = instead(v["n"], writes, always(iso7816.SW(v["sw"]))) },
}

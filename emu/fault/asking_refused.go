package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// askingRefused does not know the empty VERIFY.
var askingRefused = Fault{
	Info: Info{
		ID:     "card.asking-refused",
		Title:  "asking for the tries left is refused",
		Why:    "Programs that read the length byte first answer VERIFY without data 6700, others 6A80 (onomondo-uicc #52): the counter cannot be seen without spending it.",
		Params: []Param{status(0x6700, "the answer to VERIFY without data")},
		Owes:   unreadable("says that the card cannot be read: nobody types a passcode without knowing what a mistake costs"),
	},
	With: func(f *Fault, v Values) { f.Wrap = instead(0, asks, always(iso7816.SW(v["sw"]))) },
}

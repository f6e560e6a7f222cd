package fault

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// memoryFails cannot even count a try.
var memoryFails = Fault{
	Info: Info{
		ID:     "card.memory-fails",
		Title:  "the card cannot write its counter and compares no passcode: 6581",
		Why:    "EEPROM lasts for some hundred thousand writes, and each passcode is two of them; a worn card must refuse, or it could be guessed.",
		Params: []Param{status(0x6581, "the answer to a passcode"), each("passcode")},
		Owes:   unreadable("says that the card cannot be read; no try is lost"),
	},
	With: func(f *Fault, v Values) { f.Wrap = instead(v["n"], presents, always(iso7816.SW(v["sw"]))) },
}

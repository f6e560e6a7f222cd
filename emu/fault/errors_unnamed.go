package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// errorsUnnamed answers everything it refuses in the same way.
var errorsUnnamed = Fault{
	Info: Info{
		ID:     "card.errors-unnamed",
		Title:  "every refusal has the same status word",
		Why:    "Java Card programs whose exceptions escape end in 6F00 whatever went wrong; then neither a wrong passcode nor a blocked one can be told.",
		Params: []Param{status(0x6F00, "the answer to everything refused")},
		Owes:   unreadable("says that the card cannot be read: without the tries left nobody is asked for a passcode"),
	},
	With: func(f *Fault, v Values) {
		f.Wrap = after(0, anything, func(_ iso7816.Command, r iso7816.Response) iso7816.Response {
			if r.SW != iso7816.OK && r.SW != iso7816.EndOfFile {
				return applet.Status(iso7816.SW(v["sw"]))
			}
			return r
		})
	},
}

func anything(iso7816.Command) bool { return true }

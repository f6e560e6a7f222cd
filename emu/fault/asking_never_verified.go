package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// askingNeverVerified tells the counter even when it should say 9000.
var askingNeverVerified = Fault{
	Info: Info{
		ID:    "card.asking-never-verified",
		Title: "asked after the right passcode, the card still says that one is wanted",
		Why:   "YubiKey NEO answers the empty VERIFY 63CX whether or not it is open (yubico-piv-tool #77); a client that asks before each signature asks its user for ever.",
		Owes:  nothing("as an answer to the passcode itself is what counts"),
	},
	Wrap: after(0, asks, func(_ iso7816.Command, r iso7816.Response) iso7816.Response {
		if r.SW == iso7816.OK {
			return applet.Status(0x63C3)
		}
		return r
	}),
}

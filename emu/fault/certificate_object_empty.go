package fault

import "github.com/smartcard-connect/smartcard-connect/emu/applet"

// certificateObjectEmpty is a container without content.
var certificateObjectEmpty = Fault{
	Info: Info{
		ID:     "card.certificate-object-empty",
		Title:  "the certificate objects are there and empty",
		Why:    "PUT DATA of 53 00 deletes on some cards and empties on others, which then answer 53 00 and 9000.",
		Applet: "piv",
		Owes:   unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Make: func(b *Blank) {
		b.Tweak(func(s applet.State) {
			for _, name := range []string{"object/5FC105", "object/5FC10A"} {
				s[name] = []byte{0x53, 0x00}
			}
		})
	},
}

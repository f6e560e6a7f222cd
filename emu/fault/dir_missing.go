package fault

import "github.com/smartcard-connect/smartcard-connect/emu/applet"

// dirMissing has no signpost.
var dirMissing = Fault{
	Info: Info{
		ID:     "card.dir-missing",
		Title:  "there is no EF.DIR, the file that says where the PKCS#15 application is",
		Why:    "ISO/IEC 7816-15 lets a card do without, and real AuthentIC cards have one with wrong paths; middleware then knows the place by heart or gives up.",
		Applet: "authentic",
		Owes:   unreadable("says that the card cannot be read"),
	},
	Make: func(b *Blank) { b.Tweak(func(s applet.State) { delete(s, "file/3F00/2F00") }) },
}

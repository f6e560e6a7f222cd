package fault

import (
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// blankCard came from the box: the application is there and nothing in it.
var blankCard = Fault{
	Info: Info{
		ID:    "card.blank",
		Title: "the card was never personalised: no certificate, no key, no passcode",
		Why:   "Offices hold boxes of blanks that look like issued cards; they select like them too.",
		Owes:  unreadable("says that the card cannot be read, and asks for no passcode"),
	},
	Make: func(b *Blank) { b.Tweak(empty) },
}

// empty takes out all objects, keys and files but the master file, and leaves
// passcodes of FF that nobody may try.
func empty(s applet.State) {
	for name, cell := range s {
		kind, rest, _ := strings.Cut(name, "/")
		switch {
		case kind == "pin":
			cell[1] = 0
			for i := 2; i < len(cell); i++ {
				cell[i] = 0xFF
			}
		case kind == "object", kind == "key", kind == "file" && strings.Contains(rest, "/"):
			delete(s, name)
		}
	}
}

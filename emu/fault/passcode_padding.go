package fault

import (
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// passcodePadding was personalised by somebody who fills with another byte.
var passcodePadding = Fault{
	Info: Info{
		ID:     "card.passcode-padding",
		Title:  "the passcode on the card is filled up with 00 instead of FF",
		Why:    "Cards of one family want FF, others 00 (OpenSC #1240, #1096); a passcode that is right on paper is wrong on the wire, and each attempt costs a try.",
		Params: []Param{number("byte", 0, 0, 254, "what it is filled with")},
		Owes:   Owes{Status: "WRONG_PASSCODE", Text: "says that the passcode was wrong and how many tries are left, and spends no second one by itself", Lost: 1},
	},
	With: func(f *Fault, v Values) {
		f.Make = func(b *Blank) { b.Tweak(func(s applet.State) { refill(s, byte(v["byte"])) }) }
	},
}

// refill replaces the filling of every passcode. Two bytes of counter come first.
func refill(s applet.State, by byte) {
	for name, cell := range s {
		for i := len(cell) - 1; i >= 2 && strings.HasPrefix(name, "pin/") && cell[i] == 0xFF; i-- {
			cell[i] = by
		}
	}
}

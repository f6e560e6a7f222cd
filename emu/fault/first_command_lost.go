package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// firstCommandLost is not awake yet.
var firstCommandLost = Fault{
	Info: Info{
		ID:     "card.first-command-lost",
		Title:  "the first command after power-up is answered with an error and not run",
		Why:    "Card programs that initialise on first use answer it 6F00, and readers wake up with a stale buffer; the second attempt works.",
		Params: []Param{status(0x6F00, "the answer to the first command")},
		Owes: Owes{
			Status: "OK", Except: map[string]string{"authentic": "CARD_UNREADABLE"},
			Text: "PIV is selected once more and signs in all the same; of AuthentIC it says that the card cannot be read, and the next attempt works",
		},
	},
	With: func(f *Fault, v Values) {
		f.Wrap = func(a applet.Applet) applet.Applet { return &sleepy{Applet: a, sw: iso7816.SW(v["sw"])} }
	},
}

// sleepy is an applet that does not run the first command after a reset.
type sleepy struct {
	applet.Applet
	sw    iso7816.SW
	awake bool
}

// Process runs every command but the first.
func (s *sleepy) Process(c iso7816.Command) iso7816.Response {
	if !s.awake {
		s.awake = true
		return applet.Status(s.sw)
	}
	return s.Applet.Process(c)
}

// Reset goes back to sleep.
func (s *sleepy) Reset() {
	s.awake = false
	s.Applet.Reset()
}

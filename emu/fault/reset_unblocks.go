package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// resetUnblocks forgets at a reset that it is blocked.
var resetUnblocks = Fault{
	Info: Info{
		ID:    "card.reset-unblocks",
		Title: "after a reset a blocked passcode answers as if three tries were left",
		Why:   "A counter in volatile memory: pulling the card out and in gives three more guesses, for ever.",
		Owes:  nothing("as the counter stands where it should"),
	},
	Wrap: func(a applet.Applet) applet.Applet {
		return &revived{Applet: a}
	},
}

// revived denies that anything is blocked after the reset that follows a block.
type revived struct {
	applet.Applet
	blocked, reset bool
}

// Process runs one whole command.
func (r *revived) Process(c iso7816.Command) iso7816.Response {
	answer := r.Applet.Process(c)
	if answer.SW != iso7816.MethodBlocked {
		return answer
	}
	r.blocked = true
	if r.reset {
		return applet.Status(0x63C3)
	}
	return answer
}

// Reset remembers that there was one after a block.
func (r *revived) Reset() {
	r.reset = r.blocked
	r.Applet.Reset()
}

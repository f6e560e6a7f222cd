package emu

import (
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/foreign"
)

// buildForeign makes a card of somebody else.
func buildForeign(b blueprint) applet.Applet {
	a := &foreign.Applet{}
	for _, x := range b.profile.Answers {
		a.Answers = append(a.Answers, foreign.Answer{Command: x.Command, Response: x.Response})
	}
	return a
}

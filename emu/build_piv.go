package emu

import (
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
)

// buildPIV makes a series 9 card.
func buildPIV(b blueprint) applet.Applet {
	a := piv.New(piv.Config{
		DefaultSelected: b.blank.DefaultSelected,
		Label:           value(b.profile.Label),
		BlockedAtOnce:   b.blank.BlockedAtOnce,
		LenientCommit:   value(b.profile.LenientCommit),
		Passcode:        b.Passcode,
		PUK:             b.blank.PUK,
		Tries:           b.blank.Tries,
		PUKTries:        b.profile.PUKTries.Value,
		Keys:            piv.Keys(b.blank.Identity),
		Objects:         piv.Objects(b.blank.Identity),
		Rand:            b.Rand,
		Memory:          b.memory,
		Quirks:          b.blank.Quirks,
	})
	a.SetTriesLeft(b.blank.TriesLeft)
	return a
}

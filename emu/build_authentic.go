package emu

import (
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/authentic"
)

// buildAuthentic makes an AuthentIC card.
func buildAuthentic(b blueprint) applet.Applet {
	a := authentic.New(authentic.Config{
		DefaultSelected:  b.blank.DefaultSelected,
		BlockedAtOnce:    b.blank.BlockedAtOnce,
		PrefixDigestInfo: value(b.profile.PrefixDigest),
		Credentials:      authentic.Credentials(b.Passcode, b.blank.PUK, b.blank.Tries, b.profile.PUKTries.Value),
		Keys:             authentic.Keys(b.blank.Identity),
		Master:           authentic.Files(b.blank.Identity),
		Serial:           authentic.Serial(b.blank.Identity.Holder),
		Rand:             b.Rand,
		Memory:           b.memory,
		Quirks:           b.blank.Quirks,
	})
	a.SetTriesLeft(b.blank.TriesLeft)
	return a
}

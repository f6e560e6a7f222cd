package emu

import (
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/iasecc"
)

// buildIASECC makes an IAS-ECC card.
func buildIASECC(b blueprint) applet.Applet {
	a := iasecc.New(iasecc.Config{
		DefaultSelected:   b.blank.DefaultSelected,
		BlockedAtOnce:     b.blank.BlockedAtOnce,
		PrefixDigestInfo:  value(b.profile.PrefixDigest),
		RefuseMasterFCI:   value(b.profile.RefuseMasterFCI),
		EnvironmentsShown: value(b.profile.EnvironmentsShown),
		Passcodes:         iasecc.Passcodes(b.Passcode, b.blank.Tries, b.blank.PUK, b.profile.PUKTries.Value),
		Keys:              iasecc.Keys(b.blank.Identity),
		MayDecipher:       iasecc.MayDecipher(),
		Master:            iasecc.Files(b.blank.Identity),
		Rand:              b.Rand,
		Memory:            b.memory,
		Quirks:            b.blank.Quirks,
	})
	a.SetTriesLeft(b.blank.TriesLeft)
	return a
}

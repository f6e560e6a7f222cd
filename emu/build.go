package emu

import (
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// blueprint is all that is known of a card when its applet is made.
type blueprint struct {
	Options
	profile profile.Profile
	blank   *fault.Blank
	memory  *applet.Memory
}

// builder makes the applet of a blueprint.
type builder func(blueprint) applet.Applet

// builders are the applets there are, by the name profiles call them.
var builders = map[string]builder{
	"authentic": buildAuthentic,
	"foreign":   buildForeign,
	"iasecc":    buildIASECC,
	"piv":       buildPIV,
}

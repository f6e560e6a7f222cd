// Package foreign is a card of somebody else: a bank card, a withdrawn card of
// an older series. It answers what its profile says it answers, and refuses the
// rest in proper form. It holds no secret and no state.
package foreign

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Answer is one thing the card knows: a command, header and data without Le,
// and the whole response.
type Answer struct{ Command, Response []byte }

// Applet is the card. The zero value refuses everything.
type Applet struct{ Answers []Answer }

// Process looks the command up. Unknown names are answered 6A82, unknown
// instructions 6D00, unknown classes 6E00 (ISO/IEC 7816-4 §5.6).
func (a *Applet) Process(c iso7816.Command) iso7816.Response {
	c.Le = 0
	if asked, err := c.Bytes(); err == nil {
		for _, known := range a.Answers {
			if bytes.Equal(asked, known.Command) {
				if r, err := iso7816.ParseResponse(bytes.Clone(known.Response)); err == nil {
					return r
				}
			}
		}
	}
	switch {
	case c.CLA&^0x83 != 0:
		return applet.Status(iso7816.CLAUnknown)
	case c.INS == 0xA4:
		return applet.Status(iso7816.FileNotFound)
	}
	return applet.Status(iso7816.INSUnknown)
}

// Chains is false for every instruction.
func (*Applet) Chains(byte) bool { return false }

// Reset forgets nothing: there is nothing to forget.
func (*Applet) Reset() {}

// TriesLeft is -1: there is no passcode of ours.
func (*Applet) TriesLeft() int { return -1 }

// Save is empty.
func (*Applet) Save() applet.State { return applet.State{} }

// Load takes an empty state.
func (*Applet) Load(s applet.State) error {
	if len(s) != 0 {
		return applet.ErrState
	}
	return nil
}

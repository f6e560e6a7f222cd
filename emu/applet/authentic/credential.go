package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Places of a rule in the access rules of a credential. MODIFY and DELETE guard
// commands that nobody has described, so they are only told.
const (
	pinVerify, pinReset, pinChange, pinModify, pinDelete = 0, 1, 2, 3, 4
	pinRules                                             = 5
)

// Credential is a passcode of the card with its policy, mechanism 00: compared
// as it comes, filled with FF to Max.
type Credential struct {
	Value    []byte // not filled
	Tries    int    // 1 to 15
	Min, Max int    // lengths, 1 to 127
	Access   []byte // rules VERIFY, RESET, CHANGE, MODIFY, DELETE
}

// References and lengths of the two passcodes a card comes with.
const (
	refUser   = 0x01
	refPUK    = 0x02
	minLength = 4
	maxLength = 8
)

// Credentials are the passcode and its PUK. The passcode is verified freely,
// changed after itself and reset after the PUK; the PUK is changed after itself.
// Nothing resets the PUK (assumed).
func Credentials(passcode, puk []byte, tries, pukTries int) map[byte]Credential {
	return map[byte]Credential{
		refUser: {passcode, tries, minLength, maxLength, rules(always, after(refPUK), after(refUser), always, after(refPUK))},
		refPUK:  {puk, pukTries, minLength, maxLength, rules(always, never, after(refPUK), always, after(refPUK))},
	}
}

// newPIN makes the counter of a credential.
func (a *Applet) newPIN(ref byte, c Credential) *applet.PIN {
	p := applet.NewPIN(a.config.Memory, applet.Pad(c.Value, c.Max), c.Tries)
	if ref == refUser {
		p.BlockedAtOnce = a.config.BlockedAtOnce
		p.StuckCounter = a.config.Quirks.CounterNeverFalls
	}
	return p
}

// policy is the data object 5F and the reference: 80 mechanism, 86 access rules,
// 91 try limit, A1 with 83 longest and 84 shortest.
func (a *Applet) policy(ref byte) ([]byte, bool) {
	pin, ok := a.pins[ref]
	if !ok {
		return nil, false
	}
	c := a.config.Credentials[ref]
	return iso7816.Wrap(0x5F00|uint32(ref),
		[]byte{0x80, 1, 0x00},
		iso7816.Wrap(0x86, c.Access),
		[]byte{0x91, 1, byte(pin.Max())},
		iso7816.Wrap(0xA1, []byte{0x83, 1, byte(c.Max), 0x84, 1, byte(c.Min)})), true
}

// wellFormed is printable ASCII of enough length, filled with FF to the longest.
func (c Credential) wellFormed(b []byte) bool {
	return applet.Padded(b, c.Min, func(x byte) bool { return x >= 0x20 && x <= 0x7E })
}

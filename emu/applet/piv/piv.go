// Package piv is the PIV card application (NIST SP 800-73-4 part 2): data
// objects, the PIV passcode and its PUK, every kind of key the standard has,
// and administration with the card management key. Secure messaging, the
// contactless rules, fingerprint matching and the global passcode are not in
// it: the cards we are do not show them.
package piv

import (
	"crypto"
	"io"
	"maps"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// aid is the full application identifier (SP 800-73-4 part 1 §2.2).
var aid = []byte{0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00}

// Config is what a PIV application is personalised with.
type Config struct {
	DefaultSelected bool // answers after reset without SELECT
	Template        Template
	BlockedAtOnce   bool   // the wrong passcode that spends the last try is answered 6983, not 63C0
	MalformedSpends bool   // a passcode that cannot be one spends a try, instead of 6A80
	PUKStaysSpent   bool   // the right PUK gives no tries of the PUK back
	LenientCommit   bool   // 9C signs although another command came after VERIFY
	Empty           Empty  // what an object that is not there is answered
	Passcode, PUK   []byte // 6 to 8 digits; 8 bytes
	Tries, PUKTries int
	Keys            map[byte]crypto.PrivateKey // by key reference: RSA of 1024, 2048 or 3072 bits, P-256 or P-384
	Admin           AdminKey
	Objects         map[uint32][]byte // by tag; each value is the whole answer, outer tag included
	Rand            io.Reader         // for challenges
	Memory          *applet.Memory    // makes changes last; must be given
	Quirks          applet.Quirks
}

// Applet is one PIV application. Make it with New.
type Applet struct {
	config    Config
	selection applet.Selection
	pin, puk  *applet.PIN
	fresh     bool // the last whole command was a successful VERIFY
	wasFresh  bool // the one before the command in hand was
	admin     bool // the card management key was shown
	asked     question
	wasAsked  question // by the command before the one in hand
	table     applet.Table
}

// New makes the application. The configuration is trusted: emu checks it. Keys
// and objects are shared until the card gets others.
func New(c Config) *Applet {
	keys, objects := map[byte]crypto.PrivateKey{}, map[uint32][]byte{}
	maps.Copy(keys, c.Keys)
	maps.Copy(objects, c.Objects)
	c.Keys, c.Objects = keys, objects
	a := &Applet{
		config:    c,
		selection: applet.Selection{AID: aid, Default: c.DefaultSelected},
		pin:       applet.NewPIN(c.Memory, applet.Pad(c.Passcode, 8), c.Tries),
		puk:       applet.NewPIN(c.Memory, applet.Pad(c.PUK, 8), c.PUKTries),
	}
	a.pin.BlockedAtOnce = c.BlockedAtOnce
	a.pin.StuckCounter = c.Quirks.CounterNeverFalls
	a.table = applet.Table{
		0xA4: a.selectName,
		0xCB: a.getData,
		0xDB: a.putData,
		0x20: a.verify,
		0x24: a.change,
		0x2C: a.resetCounter,
		0x87: a.generalAuthenticate,
		0x47: a.generate,
	}
	return a
}

// Process runs one whole command. Whatever it is, it uses up the freshness that
// key 9C asks for, and what the card had asked its administrator.
func (a *Applet) Process(c iso7816.Command) iso7816.Response {
	a.wasFresh, a.fresh = a.fresh, false
	a.wasAsked, a.asked = a.asked, question{}
	if c.CLA != 0 {
		return applet.Status(iso7816.CLAUnknown)
	}
	if c.INS != 0xA4 && !a.selection.Selected() {
		return applet.Status(iso7816.INSUnknown)
	}
	return a.table.Process(c)
}

// Chains is true for the commands that SP 800-73-4 part 2 §3 chains.
func (a *Applet) Chains(ins byte) bool { return ins == 0x87 || ins == 0xDB || ins == 0x47 }

// Reset forgets selection and security status.
func (a *Applet) Reset() {
	a.selection.Reset()
	a.fresh, a.admin, a.asked = false, false, question{}
	if !a.config.Quirks.VerifySurvivesReset {
		a.pin.Forget()
	}
}

// TriesLeft is the counter of the PIV passcode.
func (a *Applet) TriesLeft() int { return a.pin.Left() }

// SetTriesLeft presets the counter of the PIV passcode.
func (a *Applet) SetTriesLeft(n int) { a.pin.SetLeft(n) }

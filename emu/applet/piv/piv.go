// Package piv is the PIV card application (NIST SP 800-73-4 part 2) with what a
// health worker's card needs of it: reading data objects, the PIV passcode and
// its PUK, and RSA-2048 signatures with keys 9A and 9C. Administration is
// refused.
package piv

import (
	"crypto/rsa"
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// aid is the full application identifier (SP 800-73-4 part 1 §2.2).
var aid = []byte{0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00}

// Config is what a PIV application is personalised with.
type Config struct {
	DefaultSelected bool   // answers after reset without SELECT
	Label           string // application label of the property template, may be empty
	BlockedAtOnce   bool   // the wrong passcode that spends the last try is answered 6983, not 63C0
	LenientCommit   bool   // 9C signs although another command came after VERIFY
	Passcode, PUK   []byte // 6 to 8 digits; 8 bytes
	Tries, PUKTries int
	Keys            map[byte]*rsa.PrivateKey // by key reference: 9A, 9C
	Objects         map[uint32][]byte        // by tag; each value is the whole answer, outer tag included
	Rand            io.Reader                // for challenges
	Memory          *applet.Memory           // makes changes last; must be given
	Quirks          applet.Quirks
}

// Applet is one PIV application. Make it with New.
type Applet struct {
	config    Config
	selection applet.Selection
	pin, puk  *applet.PIN
	fresh     bool // the last whole command was a successful VERIFY
	wasFresh  bool // the one before the command in hand was
	table     applet.Table
}

// New makes the application. The configuration is trusted: emu checks it.
func New(c Config) *Applet {
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
		0x20: a.verify,
		0x24: a.change,
		0x2C: a.resetCounter,
		0x87: a.generalAuthenticate,
		0xDB: a.administer,
		0x47: a.administer,
	}
	return a
}

// Process runs one whole command. Whatever it is, it uses up the freshness that
// key 9C asks for.
func (a *Applet) Process(c iso7816.Command) iso7816.Response {
	a.wasFresh, a.fresh = a.fresh, false
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
	a.fresh = false
	if !a.config.Quirks.VerifySurvivesReset {
		a.pin.Forget()
	}
}

// TriesLeft is the counter of the PIV passcode.
func (a *Applet) TriesLeft() int { return a.pin.Left() }

// SetTriesLeft presets the counter of the PIV passcode.
func (a *Applet) SetTriesLeft(n int) { a.pin.SetLeft(n) }

// selectName is SELECT by name (SP 800-73-4 part 2 §3.1.1). PIV stays selected
// and keeps its state when the name is unknown.
func (a *Applet) selectName(c iso7816.Command) iso7816.Response {
	if c.P1 != 0x04 || c.P2 != 0x00 {
		return applet.Status(iso7816.WrongP1P2)
	}
	switch a.selection.ByName(c.Data) {
	case applet.Own:
		return applet.Data(a.propertyTemplate())
	case applet.Manager:
		a.pin.Forget()
		return applet.Status(iso7816.OK)
	}
	return applet.Status(iso7816.FileNotFound)
}

// propertyTemplate is the APT (SP 800-73-4 part 2 table 3).
func (a *Applet) propertyTemplate() []byte {
	parts := [][]byte{
		iso7816.Wrap(0x4F, aid),
		iso7816.Wrap(0x79, iso7816.Wrap(0x4F, aid[:5])),
	}
	if a.config.Label != "" {
		parts = append(parts, iso7816.Wrap(0x50, []byte(a.config.Label)))
	}
	return iso7816.Wrap(0x61, parts...)
}

// administer answers PUT DATA and GENERATE ASYMMETRIC KEY PAIR: both want the
// card management key first, which this card has not.
func (a *Applet) administer(iso7816.Command) iso7816.Response {
	return applet.Status(iso7816.SecurityStatus)
}

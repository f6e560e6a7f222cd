// Package iasecc is an IAS-ECC card of Idemia as its middleware personalises
// it: a master file that is the root application, below it the application "OT
// AWP" with a PKCS#15 file system, secure data objects (SDO) for passcodes and
// keys, and access rules on all of them. It is the second hypothesis of what a
// health worker's Idemia card is.
//
// The specification, IAS-ECC 1.0.1, is not public any more. The source is what
// OpenSC's card-iasecc.c sends and accepts, recorded conversations with it, and
// ISO/IEC 7816-4 and 7816-8, whose commands these are.
//
// Secure messaging is not modelled. A class byte that asks for it is answered
// 6882, and an access rule that leaves no other way is answered 6982.
package iasecc

import (
	"crypto/rsa"
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The full application identifiers.
var (
	rootAID        = []byte{0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x08, 0x00, 0x07, 0x00, 0x00, 0xFE, 0x00, 0x00, 0x01, 0x00}
	applicationAID = []byte{0xE8, 0x28, 0xBD, 0x08, 0x0F, 0xF2, 0x50, 'O', 'T', ' ', 'A', 'W', 'P'}
)

// Passcode is one reference value and its policy.
type Passcode struct {
	Value []byte
	Least int // shortest value it takes
	Tries int
}

// Config is what a card is personalised with.
type Config struct {
	DefaultSelected   bool              // the master file answers after reset without SELECT
	BlockedAtOnce     bool              // the wrong passcode that spends the last try is answered 6983, not 63C0
	PrefixDigestInfo  bool              // the card puts the DigestInfo before a bare digest, for the algorithms that name a hash
	RefuseMasterFCI   bool              // SELECT of the master file with P2 00 is answered 6A86
	EnvironmentsShown bool              // security environments can be read as SDO 7B
	Passcodes         map[byte]Passcode // by reference; 80 and above are local to the application
	Keys              map[byte]*rsa.PrivateKey
	MayDecipher       map[byte]bool  // which of the keys; both by SDO reference 01 to 1F
	Master            *applet.File   // the file tree
	Rand              io.Reader      // for GET CHALLENGE
	Memory            *applet.Memory // makes changes last; must be given
	Quirks            applet.Quirks
}

// Applet is one card. Make it with New.
type Applet struct {
	config    Config
	selection applet.Selection
	current   *applet.File // directory
	file      *applet.File // transparent file, or nil
	pins      map[byte]*applet.PIN
	env       environment
	table     applet.Table
}

// New makes the card. The configuration is trusted: emu checks it.
func New(c Config) *Applet {
	a := &Applet{
		config:    c,
		selection: applet.Selection{AID: rootAID, Default: c.DefaultSelected},
		current:   c.Master,
		pins:      map[byte]*applet.PIN{},
	}
	for ref, p := range c.Passcodes {
		pin := applet.NewPIN(c.Memory, applet.Pad(p.Value, maxLength), p.Tries)
		pin.BlockedAtOnce = c.BlockedAtOnce
		pin.StuckCounter = ref == refUser && c.Quirks.CounterNeverFalls
		a.pins[ref] = pin
	}
	a.table = applet.Table{
		0xA4: a.selectFile,
		0xB0: a.readBinary,
		0xD6: a.updateBinary,
		0xE0: a.createFile,
		0xE4: a.deleteFile,
		0xCB: a.getObject,
		0xDB: a.putObject,
		0x47: a.generate,
		0x20: a.verify,
		0x24: a.change,
		0x2C: a.resetCounter,
		0x22: a.manageEnvironment,
		0x88: a.internalAuthenticate,
		0x2A: a.securityOperation,
		0x84: a.getChallenge,
	}
	return a
}

// Process runs one whole command. While the file system is not selected the
// card answers SELECT and nothing else.
func (a *Applet) Process(c iso7816.Command) iso7816.Response {
	if c.CLA&^0x0C == 0 && c.CLA != 0 {
		return applet.Status(applet.SecureMessaging)
	}
	if c.CLA != 0 {
		return applet.Status(iso7816.CLAUnknown)
	}
	if c.INS != 0xA4 && !a.selection.Selected() {
		return applet.Status(iso7816.INSUnknown)
	}
	return a.table.Process(c)
}

// Chains is true for PERFORM SECURITY OPERATION, as a cryptogram is 257 bytes
// with its indicator, and for PUT DATA.
func (a *Applet) Chains(ins byte) bool { return ins == 0x2A || ins == 0xDB }

// Reset forgets selection, files, environment and security status.
func (a *Applet) Reset() {
	a.selection.Reset()
	a.current, a.file, a.env = a.config.Master, nil, environment{}
	for _, p := range a.pins {
		if !a.config.Quirks.VerifySurvivesReset {
			p.Forget()
		}
	}
}

// TriesLeft is the counter of the user passcode.
func (a *Applet) TriesLeft() int { return a.pins[refUser].Left() }

// SetTriesLeft presets the counter of the user passcode.
func (a *Applet) SetTriesLeft(n int) { a.pins[refUser].SetLeft(n) }

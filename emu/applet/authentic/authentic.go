// Package authentic is an Oberthur AuthentIC 3.2 application with a PKCS#15
// file system, as far as OpenSC's driver of that name and a health worker's
// card need it: files, the user passcode and its PUK, RSA-2048 signatures,
// deciphering and random numbers. Nothing can be written.
//
// There is no public manual. The source is what OpenSC's card-authentic.c sends
// and accepts, and recorded conversations with it.
package authentic

import (
	"crypto/rsa"
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// aid is the full application identifier.
var aid = []byte{0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x00, 0x70, 0x0A, 0x10, 0x00, 0xF1, 0x00, 0x00, 0x01, 0x00}

// Config is what an AuthentIC application is personalised with.
type Config struct {
	DefaultSelected  bool   // answers after reset without SELECT
	BlockedAtOnce    bool   // the wrong passcode that spends the last try is answered 6983, not 63C0
	PrefixDigestInfo bool   // puts a DigestInfo before a bare SHA-1 or SHA-256 digest
	Passcode, PUK    []byte // 4 to 8 bytes each
	Tries, PUKTries  int
	Keys             map[byte]*rsa.PrivateKey // by key reference 01 to 7F
	MayDecipher      map[byte]bool            // which of them
	Master           *applet.File             // the file tree
	Serial           [4]byte                  // in the card production life cycle data
	Rand             io.Reader                // for GET CHALLENGE
	Memory           *applet.Memory           // makes changes last; must be given
	Quirks           applet.Quirks
}

// Applet is one AuthentIC application. Make it with New.
type Applet struct {
	config    Config
	selection applet.Selection
	current   *applet.File // directory
	file      *applet.File // transparent file, or nil
	pins      map[byte]*applet.PIN
	env       environment
	table     applet.Table
}

// New makes the application. The configuration is trusted: emu checks it.
func New(c Config) *Applet {
	a := &Applet{
		config:    c,
		selection: applet.Selection{AID: aid, Default: c.DefaultSelected},
		current:   c.Master,
		pins: map[byte]*applet.PIN{
			refUser: applet.NewPIN(c.Memory, applet.Pad(c.Passcode, maxLength), c.Tries),
			refPUK:  applet.NewPIN(c.Memory, applet.Pad(c.PUK, maxLength), c.PUKTries),
		},
	}
	a.pins[refUser].BlockedAtOnce = c.BlockedAtOnce
	a.pins[refUser].StuckCounter = c.Quirks.CounterNeverFalls
	a.table = applet.Table{
		0xA4: a.selectFile,
		0xB0: a.readBinary,
		0xCA: a.getData,
		0x20: a.verify,
		0x24: a.change,
		0x2C: a.resetCounter,
		0x22: a.manageEnvironment,
		0x2A: a.securityOperation,
		0x84: a.getChallenge,
	}
	return a
}

// Process runs one whole command. Before the application is selected the card
// answers SELECT by name and its production data, nothing else.
func (a *Applet) Process(c iso7816.Command) iso7816.Response {
	if c.CLA != 0 && (c.CLA != 0x80 || c.INS != 0xCA) {
		return applet.Status(iso7816.CLAUnknown)
	}
	byName := c.INS == 0xA4 && c.P1 == 0x04
	if !a.selection.Selected() && !byName && c.INS != 0xCA {
		return applet.Status(iso7816.INSUnknown)
	}
	return a.table.Process(c)
}

// Chains is true for PERFORM SECURITY OPERATION: a cryptogram is 256 bytes.
func (a *Applet) Chains(ins byte) bool { return ins == 0x2A }

// Reset forgets selection, files, environment and security status.
func (a *Applet) Reset() {
	a.selection.Reset()
	a.leave(!a.config.Quirks.VerifySurvivesReset)
}

// leave goes back to the master file, as reset and selecting an application do.
func (a *Applet) leave(forget bool) {
	a.current, a.file, a.env = a.config.Master, nil, environment{}
	for _, p := range a.pins {
		if forget {
			p.Forget()
		}
	}
}

// TriesLeft is the counter of the user passcode.
func (a *Applet) TriesLeft() int { return a.pins[refUser].Left() }

// SetTriesLeft presets the counter of the user passcode.
func (a *Applet) SetTriesLeft(n int) { a.pins[refUser].SetLeft(n) }

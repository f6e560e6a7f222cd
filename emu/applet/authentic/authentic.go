// Package authentic is an Oberthur AuthentIC 3.2 application with a PKCS#15
// file system: files with access rules, which can be created, written, resized
// and deleted; credentials (passcodes) whose policies say what is needed to
// verify, change and unblock them; RSA keys with a rule for every use, which
// can be created, stored, generated and deleted on the card.
//
// There is no public manual. The source is what OpenSC's driver of that name
// sends and accepts, and recorded conversations with it. What neither settles is
// marked "assumed" where it is decided.
//
// Not modelled: secure messaging, so a rule that asks for it refuses with 6982
// and a command that brings it is answered 6882; credentials that are keys and
// EXTERNAL AUTHENTICATE; commands that create or delete a credential; PSO HASH;
// ISO 9796 signatures; short file identifiers; symmetric keys. Key references
// are one space for the whole card. OpenSC sends none of these to this card.
package authentic

import (
	"crypto/rand"
	"crypto/rsa"
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// aid is the full application identifier.
var aid = []byte{0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x00, 0x70, 0x0A, 0x10, 0x00, 0xF1, 0x00, 0x00, 0x01, 0x00}

// Config is what an AuthentIC application is personalised with.
type Config struct {
	DefaultSelected  bool                                    // answers after reset without SELECT
	BlockedAtOnce    bool                                    // the wrong passcode that spends the last try is answered 6983, not 63C0
	PrefixDigestInfo bool                                    // puts a DigestInfo before a bare SHA-1 or SHA-256 digest
	Credentials      map[byte]Credential                     // by reference 01 to 07; 01 must be there
	Keys             map[byte]*Key                           // by key reference 01 to 7F
	Master           *applet.File                            // the file tree, each file with its access rules
	Space            int                                     // bytes for files; 0 is 64 KiB
	Serial           [4]byte                                 // in the card production life cycle data
	Rand             io.Reader                               // for GET CHALLENGE
	Generate         func(bits int) (*rsa.PrivateKey, error) // makes key pairs; nil is rsa.GenerateKey
	Memory           *applet.Memory                          // makes changes last; must be given
	Quirks           applet.Quirks
}

// Applet is one AuthentIC application. Make it with New.
type Applet struct {
	config    Config
	selection applet.Selection
	current   *applet.File // directory
	file      *applet.File // transparent file, or nil
	pins      map[byte]*applet.PIN
	env       map[byte]operation // by template
	table     applet.Table
}

// New makes the application. The configuration is trusted: emu checks it.
func New(c Config) *Applet {
	if c.Space == 0 {
		c.Space = 64 << 10
	}
	if c.Generate == nil {
		c.Generate = func(bits int) (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, bits) }
	}
	a := &Applet{
		config:    c,
		selection: applet.Selection{AID: aid, Default: c.DefaultSelected},
		current:   c.Master,
		pins:      map[byte]*applet.PIN{},
		env:       map[byte]operation{},
	}
	for ref, credential := range c.Credentials {
		a.pins[ref] = a.newPIN(ref, credential)
	}
	a.table = applet.Table{
		0xA4: a.selectFile,
		0xB0: a.readBinary,
		0xD0: a.updateBinary,
		0xD6: a.updateBinary,
		0xE0: a.createFile,
		0xE4: a.deleteFile,
		0xCA: a.getData,
		0xDB: a.putData,
		0x47: a.generate,
		0x20: a.verify,
		0x24: a.change,
		0x2C: a.resetCounter,
		0x22: a.manageEnvironment,
		0x2A: a.securityOperation,
		0x88: a.internalAuthenticate,
		0x84: a.getChallenge,
	}
	return a
}

// Process runs one whole command. Before the application is selected the card
// answers SELECT by name and its production data, nothing else.
func (a *Applet) Process(c iso7816.Command) iso7816.Response {
	if c.CLA&^0x80 == 0x04 || c.CLA&^0x80 == 0x0C {
		return applet.Status(applet.SecureMessaging)
	}
	if c.CLA != 0 && (c.CLA != 0x80 || c.INS != 0xCA) {
		return applet.Status(iso7816.CLAUnknown)
	}
	byName := c.INS == 0xA4 && c.P1 == 0x04
	if !a.selection.Selected() && !byName && c.INS != 0xCA {
		return applet.Status(iso7816.INSUnknown)
	}
	return a.table.Process(c)
}

// Chains is true for PERFORM SECURITY OPERATION, a cryptogram is 256 bytes, and
// for PUT DATA, which brings keys.
func (a *Applet) Chains(ins byte) bool { return ins == 0x2A || ins == 0xDB }

// Reset forgets selection, files, environment and security status.
func (a *Applet) Reset() {
	a.selection.Reset()
	a.leave(!a.config.Quirks.VerifySurvivesReset)
}

// leave goes back to the master file, as reset and selecting an application do.
func (a *Applet) leave(forget bool) {
	a.current, a.file = a.config.Master, nil
	clear(a.env)
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

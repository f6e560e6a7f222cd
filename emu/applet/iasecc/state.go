package iasecc

import (
	"crypto/rsa"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The names of this applet's cells, beside those of the file tree: pin/01,
// key/01.
const (
	cellPIN = "pin/%02X"
	cellKey = "key/%02X"
	maxKey  = 0x1F
)

// Save is passcodes, keys and files.
func (a *Applet) Save() applet.State {
	s := applet.State{}
	for ref, pin := range a.pins {
		s[fmt.Sprintf(cellPIN, ref)] = pin.Save()
	}
	for ref, key := range a.config.Keys {
		s[fmt.Sprintf(cellKey, ref)] = applet.SaveKey(key)
	}
	applet.SaveTree(s, a.config.Master)
	return s
}

// Load takes what Save gave.
func (a *Applet) Load(s applet.State) error {
	for ref, pin := range a.pins {
		if err := pin.Load(s[fmt.Sprintf(cellPIN, ref)]); err != nil {
			return err
		}
	}
	keys := map[byte]*rsa.PrivateKey{}
	for ref := byte(1); ref <= maxKey; ref++ {
		cell, ok := s[fmt.Sprintf(cellKey, ref)]
		if !ok {
			continue
		}
		key, err := applet.LoadKey(cell)
		if err != nil {
			return err
		}
		private, ok := key.(*rsa.PrivateKey)
		if !ok {
			return fmt.Errorf("%w: key %02X is no RSA key", applet.ErrState, ref)
		}
		keys[ref] = private
	}
	master, err := applet.LoadTree(s)
	if err != nil {
		return err
	}
	a.config.Keys, a.config.Master = keys, master
	a.Reset()
	return nil
}

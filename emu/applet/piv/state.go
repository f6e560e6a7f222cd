package piv

import (
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The names of this applet's cells: pin/80, pin/81, object/5FC105, key/9A.
const (
	cellPIN    = "pin/%02X"
	cellObject = "object/%X"
	cellKey    = "key/%02X"
)

// Save is passcodes, objects and keys.
func (a *Applet) Save() applet.State {
	s := applet.State{
		fmt.Sprintf(cellPIN, refPIN): a.pin.Save(),
		fmt.Sprintf(cellPIN, refPUK): a.puk.Save(),
	}
	for tag, object := range a.config.Objects {
		s[fmt.Sprintf(cellObject, tag)] = append([]byte(nil), object...)
	}
	for ref, key := range a.config.Keys {
		s[fmt.Sprintf(cellKey, ref)] = applet.SaveKey(key)
	}
	return s
}

// Load takes what Save gave.
func (a *Applet) Load(s applet.State) error {
	for ref, pin := range map[byte]*applet.PIN{refPIN: a.pin, refPUK: a.puk} {
		if err := pin.Load(s[fmt.Sprintf(cellPIN, ref)]); err != nil {
			return err
		}
	}
	a.config.Objects, a.config.Keys = map[uint32][]byte{}, map[byte]*rsa.PrivateKey{}
	for name, cell := range s {
		if err := a.load(name, cell); err != nil {
			return err
		}
	}
	return nil
}

func (a *Applet) load(name string, cell []byte) error {
	var number uint32
	kind, _, _ := strings.Cut(name, "/")
	switch kind {
	case "pin":
		return nil
	case "object":
		if n, err := fmt.Sscanf(name, cellObject, &number); n != 1 || err != nil {
			break
		}
		a.config.Objects[number] = append([]byte(nil), cell...)
		return nil
	case "key":
		if n, err := fmt.Sscanf(name, "key/%02X", &number); n != 1 || err != nil {
			break
		}
		key, err := applet.LoadKey(cell)
		if err != nil {
			return err
		}
		private, ok := key.(*rsa.PrivateKey)
		if !ok {
			break
		}
		a.config.Keys[byte(number)] = private
		return nil
	}
	return fmt.Errorf("%w: a PIV card has no cell %q", applet.ErrState, name)
}

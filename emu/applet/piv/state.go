package piv

import (
	"crypto"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The names of this applet's cells: pin/80, pin/81, admin/9B, object/5FC105,
// key/9A.
const (
	cellPIN    = "pin/%02X"
	cellAdmin  = "admin/9B" // the algorithm identifier, then the key
	cellObject = "object/%X"
	cellKey    = "key/%02X"
)

// Save is passcodes, management key, objects and keys.
func (a *Applet) Save() applet.State {
	s := applet.State{
		fmt.Sprintf(cellPIN, refPIN): a.pin.Save(),
		fmt.Sprintf(cellPIN, refPUK): a.puk.Save(),
	}
	if admin := a.config.Admin; len(admin.Key) > 0 {
		s[cellAdmin] = append([]byte{admin.Algorithm}, admin.Key...)
	}
	for tag, object := range a.config.Objects {
		s[fmt.Sprintf(cellObject, tag)] = append([]byte(nil), object...)
	}
	for ref, key := range a.config.Keys {
		s[fmt.Sprintf(cellKey, ref)] = applet.SaveKey(key)
	}
	return s
}

// Load takes what Save gave. The card is as after a reset.
func (a *Applet) Load(s applet.State) error {
	for ref, pin := range map[byte]*applet.PIN{refPIN: a.pin, refPUK: a.puk} {
		if err := pin.Load(s[fmt.Sprintf(cellPIN, ref)]); err != nil {
			return err
		}
	}
	a.config.Admin = AdminKey{}
	a.config.Objects, a.config.Keys = map[uint32][]byte{}, map[byte]crypto.PrivateKey{}
	for name, cell := range s {
		if err := a.load(name, cell); err != nil {
			return err
		}
	}
	a.Reset()
	return nil
}

// load takes one cell. Its name must be exactly as Save writes it.
func (a *Applet) load(name string, cell []byte) error {
	var tag uint32
	var ref byte
	kind, _, _ := strings.Cut(name, "/")
	switch {
	case kind == "pin":
		return nil
	case name == cellAdmin:
		return a.loadAdmin(cell)
	case kind == "object" && scan(name, cellObject, &tag):
		a.config.Objects[tag] = append([]byte(nil), cell...)
		return nil
	case kind == "key" && scan(name, cellKey, &ref):
		return a.loadKey(ref, cell)
	}
	return fmt.Errorf("%w: a PIV card has no cell %q", applet.ErrState, name)
}

func scan[T byte | uint32](name, format string, number *T) bool {
	n, err := fmt.Sscanf(name, strings.Replace(format, "02", "", 1), number)
	return n == 1 && err == nil && fmt.Sprintf(format, *number) == name
}

func (a *Applet) loadAdmin(cell []byte) error {
	if len(cell) == 0 {
		return fmt.Errorf("%w: %s is empty", applet.ErrState, cellAdmin)
	}
	k := AdminKey{Algorithm: cell[0], Key: append([]byte(nil), cell[1:]...)}
	if _, err := k.cipher(); err != nil {
		return err
	}
	a.config.Admin = k
	return nil
}

func (a *Applet) loadKey(ref byte, cell []byte) error {
	key, err := applet.LoadKey(cell)
	if err != nil {
		return err
	}
	if !carries(ref) || algorithmOf(key) == 0 {
		return fmt.Errorf("%w: a PIV card has no such key %02X", applet.ErrState, ref)
	}
	a.config.Keys[ref] = key
	return nil
}

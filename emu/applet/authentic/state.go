package authentic

import (
	"crypto/rsa"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The names of this applet's cells, beside those of the file tree, each with a
// reference: pin/01 is a counter and its value, policy/01 the lengths and access
// rules around it; object/01 is a key's size and access rules, key/01 the key
// where there is one.
const (
	cellPIN    = "pin/%02X"
	cellPolicy = "policy/%02X"
	cellObject = "object/%02X"
	cellKey    = "key/%02X"
)

// Save is credentials, keys and files.
func (a *Applet) Save() applet.State {
	s := applet.State{}
	for ref, pin := range a.pins {
		c := a.config.Credentials[ref]
		s[fmt.Sprintf(cellPIN, ref)] = pin.Save()
		s[fmt.Sprintf(cellPolicy, ref)] = append([]byte{byte(c.Min), byte(c.Max)}, c.Access...)
	}
	for ref, k := range a.config.Keys {
		s[fmt.Sprintf(cellObject, ref)] = append(binary.BigEndian.AppendUint16(nil, uint16(k.Bits)), k.Access...)
		if k.Private != nil {
			s[fmt.Sprintf(cellKey, ref)] = applet.SaveKey(k.Private)
		}
	}
	applet.SaveTree(s, a.config.Master)
	return s
}

// Load takes what Save gave.
func (a *Applet) Load(s applet.State) error {
	if err := a.loadCredentials(s); err != nil {
		return err
	}
	keys := map[byte]*Key{}
	for ref := byte(1); ref <= 0x7F; ref++ {
		k, err := loadKey(s, ref)
		if err != nil {
			return err
		}
		if k != nil {
			keys[ref] = k
		}
	}
	master, err := applet.LoadTree(s)
	if err == nil {
		err = checkTree(master)
	}
	if err != nil {
		return err
	}
	a.config.Keys, a.config.Master = keys, master
	a.Reset()
	return nil
}

func (a *Applet) loadCredentials(s applet.State) error {
	credentials, pins := map[byte]Credential{}, map[byte]*applet.PIN{}
	for ref := byte(1); ref <= 7; ref++ {
		cell, ok1 := s[fmt.Sprintf(cellPIN, ref)]
		policy, ok2 := s[fmt.Sprintf(cellPolicy, ref)]
		if !ok1 && !ok2 {
			continue
		}
		if len(policy) != 2+2*pinRules || policy[0] == 0 || policy[0] > policy[1] || policy[1] > 127 || len(cell) != 2+int(policy[1]) {
			return fmt.Errorf("%w: credential %02X and its policy do not agree", applet.ErrState, ref)
		}
		c := Credential{Tries: 1, Min: int(policy[0]), Max: int(policy[1]), Access: slices.Clone(policy[2:])}
		p := a.newPIN(ref, c)
		if err := p.Load(cell); err != nil {
			return err
		}
		credentials[ref], pins[ref] = c, p
	}
	if pins[refUser] == nil {
		return fmt.Errorf("%w: there is no passcode", applet.ErrState)
	}
	a.config.Credentials, a.pins = credentials, pins
	return nil
}

// loadKey is nil where there is no such key.
func loadKey(s applet.State, ref byte) (*Key, error) {
	cell, ok := s[fmt.Sprintf(cellObject, ref)]
	material, full := s[fmt.Sprintf(cellKey, ref)]
	if !ok && !full {
		return nil, nil
	}
	if len(cell) != 2+2*keyRules {
		return nil, fmt.Errorf("%w: key %02X has no size and access rules", applet.ErrState, ref)
	}
	k := &Key{Bits: int(binary.BigEndian.Uint16(cell)), Access: slices.Clone(cell[2:])}
	if !full {
		return k, nil
	}
	key, err := applet.LoadKey(material)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok || private.N.BitLen() != k.Bits {
		return nil, fmt.Errorf("%w: key %02X is no RSA key of %d bits", applet.ErrState, ref, k.Bits)
	}
	k.Private = private
	return k, nil
}

// checkTree wants each file's access rules and a size that fits two bytes.
func checkTree(f *applet.File) error {
	want := 8
	if f.Dir {
		want = 6
	}
	if len(f.Access) != want || len(f.Data) > 0xFFFF {
		return fmt.Errorf("%w: file %04X has %d bytes of access rules and %d of data", applet.ErrState, f.ID, len(f.Access), len(f.Data))
	}
	for _, c := range f.Children {
		if err := checkTree(c); err != nil {
			return err
		}
	}
	return nil
}

package piv

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Template is what the answer to SELECT says of the application.
type Template struct {
	Short      bool   // only the last six bytes of the name, as other makers' cards do
	Label      string // may be empty
	URL        string // may be empty
	Algorithms []byte // identifiers of what the card can do; none listed if empty
	Longest    int    // of extended commands and answers, in bytes; 0 for none
}

// bytes is the application property template (SP 800-73-4 part 2 table 3), and
// behind it the lengths of extended commands (ISO/IEC 7816-4 §12.7.1) as the
// maker's older cards have it.
func (t Template) bytes() []byte {
	name := aid
	if t.Short {
		name = aid[5:]
	}
	parts := [][]byte{iso7816.Wrap(0x4F, name), iso7816.Wrap(0x79, iso7816.Wrap(0x4F, aid[:5]))}
	if t.Label != "" {
		parts = append(parts, iso7816.Wrap(0x50, []byte(t.Label)))
	}
	if t.URL != "" {
		parts = append(parts, iso7816.Wrap(0x5F50, []byte(t.URL)))
	}
	if len(t.Algorithms) > 0 {
		parts = append(parts, algorithms(t.Algorithms))
	}
	out := iso7816.Wrap(0x61, parts...)
	if t.Longest > 0 {
		length := iso7816.Wrap(0x02, []byte{byte(t.Longest >> 8), byte(t.Longest)})
		out = append(out, iso7816.Wrap(0x7F66, length, length)...)
	}
	return out
}

// algorithms lists identifiers and closes the list (SP 800-73-4 part 2 table 4).
func algorithms(ids []byte) []byte {
	var list []byte
	for _, id := range ids {
		list = iso7816.AppendTLV(list, 0x80, []byte{id})
	}
	return iso7816.Wrap(0xAC, list, []byte{0x06, 1, 0})
}

// selectName is SELECT by name (SP 800-73-4 part 2 §3.1.1). PIV stays selected
// and keeps its state when the name is unknown or its own.
func (a *Applet) selectName(c iso7816.Command) iso7816.Response {
	if c.P1 != 0x04 || c.P2 != 0x00 {
		return applet.Status(iso7816.WrongP1P2)
	}
	switch a.selection.ByName(c.Data) {
	case applet.Own:
		return applet.Data(a.config.Template.bytes())
	case applet.Manager:
		a.pin.Forget()
		a.admin = false
		return applet.Status(iso7816.OK)
	}
	return applet.Status(iso7816.FileNotFound)
}

package applet

import (
	"errors"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// ErrState is wrapped by every error about a State that fits no applet.
var ErrState = errors.New("applet: not the state of this card")

// State is all of a card that outlives power, as named cells: "pin/80",
// "object/5FC105", "key/9A". The names are the applet's own; a name never
// changes its meaning, as card images keep it.
type State map[string][]byte

// Memory is how an applet makes a change last. On plastic a write to EEPROM
// takes effect before the card goes on, so a try is spent before a passcode is
// compared. The zero value keeps everything in the process and never fails.
type Memory struct {
	// Write makes the card's present state durable, or fails and leaves the
	// state of the write before.
	Write func() error
	// Undo, if there is one, puts the card back to what was last written: a
	// change that could not be made to last was not made.
	Undo    func()
	changed bool
}

// Change says that something which outlives power is different now.
func (m *Memory) Change() { m.changed = true }

// Commit makes the changes so far durable. Without one it does nothing.
func (m *Memory) Commit() error {
	if !m.changed || m.Write == nil {
		m.changed = false
		return nil
	}
	if err := m.Write(); err != nil {
		return err
	}
	m.changed = false
	return nil
}

// undo gives up the changes since the last Commit that succeeded.
func (m *Memory) undo() {
	if m.Undo != nil {
		m.Undo()
		m.changed = false
	}
}

// Durable is an applet whose every answer comes after its changes were
// committed: a host never hears 9000 of a write that power loss undoes.
type Durable struct {
	Applet
	Memory *Memory
}

// Process runs one whole command and commits. A write that fails is answered
// 6581 (ISO/IEC 7816-4 §5.6, memory failure); the card is then as it was, and has
// forgotten what a reset forgets.
func (d Durable) Process(c iso7816.Command) iso7816.Response {
	r := d.Applet.Process(c)
	if d.Memory.Commit() != nil {
		d.Memory.undo()
		return Status(iso7816.MemoryFailure)
	}
	return r
}

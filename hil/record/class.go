package record

import "slices"

// Class is what a command can do to a card.
type Class int

// The classes, the worst last.
const (
	Harmless Class = iota // looks only
	Writes                // may change what the card keeps
	Spends                // may spend a try of a passcode or key
)

// harmless are instructions that change nothing a reset does not undo (ISO/IEC
// 7816-4 §11), and those that common clients send to any card to see what it is.
var harmless = []byte{
	0xA4, 0xCA, 0xCB, 0xB0, 0xB1, 0xB2, 0xB3, 0xC0, 0x84, 0x2A, 0x88,
	0xF7, 0xF8, 0xFD, // Yubico's questions for metadata, serial and version
}

// classify looks at a command of at least 4 bytes. What it does not know may
// write.
func classify(command []byte) Class {
	class, ins, p1, p2 := command[0]&^0x10, command[1], command[2], command[3]
	if class == 0x80 && (ins == 0xCA || ins == 0xCB) { // GlobalPlatform's GET DATA
		return Harmless
	}
	switch ins {
	case 0x20, 0x21:
		if class == 0 && (len(command) == 4 || (len(command) == 5 && command[4] == 0)) { // asks for the counter
			return Harmless
		}
		return Spends
	case 0x24, 0x2C, 0x82:
		return Spends
	case 0x87:
		if p2 == 0x9B { // the key of the card's administrator has tries too
			return Spends
		}
		return harmlessIf(class == 0)
	case 0x22: // MANAGE SECURITY ENVIRONMENT: SET and RESTORE, not STORE and ERASE
		return harmlessIf(class == 0 && (p1&0x0F == 1 || p1 == 0xF3))
	}
	return harmlessIf(class == 0 && slices.Contains(harmless, ins))
}

func harmlessIf(ok bool) Class {
	if ok {
		return Harmless
	}
	return Writes
}

// worst is what a script can do, and the line that can.
func (s Script) worst() (class Class, line int) {
	for _, step := range s.Steps {
		if step.Reset {
			continue
		}
		if c := classify(step.shape()); c > class {
			class, line = c, step.Line
		}
	}
	return class, line
}

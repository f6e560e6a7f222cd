package t0

// Way is which way the bytes of a T=0 command travel.
type Way int

// The ways of Direction.
const (
	Unknown  Way = iota // not an instruction of these cards
	Incoming            // P3 bytes follow
	Outgoing            // P3 bytes are wanted
)

// Direction tells from the instruction byte, as a card must: P3 does not say.
func Direction(ins byte) Way {
	switch ins {
	case 0xB0, 0xB2, 0xCA, 0x84, 0xC0:
		return Outgoing
	case 0xA4, 0x20, 0x22, 0x24, 0x2A, 0x2C, 0x82, 0x86, 0x87, 0x88, 0xCB, 0xDB,
		0xD0, 0xD6, 0xDA, 0xE0, 0xE2, 0xE4, 0x46, 0x47:
		return Incoming
	}
	return Unknown
}

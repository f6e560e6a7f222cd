package applet

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// Status words of cards with files (ISO/IEC 7816-4 §5.6).
const (
	SecureMessaging iso7816.SW = 0x6882 // not supported
	NoCurrentFile   iso7816.SW = 0x6986 // no transparent file selected
	FileExists      iso7816.SW = 0x6A89 // there is a file or object of this name
)

// ReadBinary is the answer to READ BINARY (ISO/IEC 7816-4 §7.2.3) of a file that
// may be read, from an offset. Fewer bytes than an exact Le come with 6282.
func ReadBinary(c iso7816.Command, data []byte, offset int) iso7816.Response {
	switch {
	case len(c.Data) != 0 || c.Le == 0:
		return Status(iso7816.WrongLength)
	case offset >= len(data):
		return Status(iso7816.OffsetOutside)
	}
	rest := data[offset:]
	if c.Le <= len(rest) {
		return Data(rest[:c.Le])
	}
	if c.Le == iso7816.MaxShort || c.Le == iso7816.MaxExtended {
		return Data(rest)
	}
	return iso7816.Response{Data: rest, SW: iso7816.EndOfFile}
}

package iso7816

import (
	"errors"
	"fmt"
)

// Lengths an expected-length field can ask for (ISO/IEC 7816-4 §5.1).
const (
	// MaxShort is the largest short Le, written 00.
	MaxShort = 256
	// MaxExtended is the largest extended Le, written 00 00.
	MaxExtended = 65536
	// MaxData is the largest short Lc.
	MaxData = 255
)

// ErrCommand is wrapped by every error about bytes that are no command APDU.
var ErrCommand = errors.New("iso7816: not a command APDU")

// Command is a command APDU.
type Command struct {
	CLA, INS, P1, P2 byte
	Data             []byte // up to 65535 bytes; over 255 makes the APDU extended
	Le               int    // bytes expected, 0 for none, up to MaxExtended
}

// Header is the four leading bytes, for logs: it never holds a passcode.
func (c Command) Header() string {
	return fmt.Sprintf("%02X %02X %02X %02X", c.CLA, c.INS, c.P1, c.P2)
}

// String is the header, Lc and Le. Data is left out: it may be a passcode.
func (c Command) String() string {
	return fmt.Sprintf("%s Lc=%d Le=%d", c.Header(), len(c.Data), c.Le)
}

// Bytes is the APDU as T=1 carries it (ISO/IEC 7816-3 §12.1.3): short form
// where both lengths fit, extended otherwise.
func (c Command) Bytes() ([]byte, error) {
	if len(c.Data) > 65535 || c.Le < 0 || c.Le > MaxExtended {
		return nil, fmt.Errorf("%w: Lc %d or Le %d out of range", ErrCommand, len(c.Data), c.Le)
	}
	out := []byte{c.CLA, c.INS, c.P1, c.P2}
	if len(c.Data) <= MaxData && c.Le <= MaxShort {
		return c.appendShort(out), nil
	}
	return c.appendExtended(out), nil
}

func (c Command) appendShort(out []byte) []byte {
	if len(c.Data) > 0 {
		out = append(append(out, byte(len(c.Data))), c.Data...)
	}
	if c.Le > 0 {
		out = append(out, byte(c.Le)) // 256 wraps to 00
	}
	return out
}

func (c Command) appendExtended(out []byte) []byte {
	out = append(out, 0)
	if len(c.Data) > 0 {
		out = append(append(out, byte(len(c.Data)>>8), byte(len(c.Data))), c.Data...)
	}
	if c.Le > 0 {
		out = append(out, byte(c.Le>>8), byte(c.Le)) // 65536 wraps to 00 00
	}
	return out
}

// ParseCommand reads an APDU in any of the seven forms of ISO/IEC 7816-3
// §12.1.3. Data is a copy. Errors wrap ErrCommand.
func ParseCommand(b []byte) (Command, error) {
	if len(b) < 4 {
		return Command{}, fmt.Errorf("%w: %d bytes, at least 4 needed", ErrCommand, len(b))
	}
	c := Command{CLA: b[0], INS: b[1], P1: b[2], P2: b[3]}
	body := b[4:]
	switch {
	case len(body) == 0:
		return c, nil
	case len(body) == 1:
		c.Le = wrap(int(body[0]), MaxShort)
		return c, nil
	case body[0] != 0:
		return c.parseBody(body[1:], int(body[0]), 1, MaxShort)
	case len(body) == 3:
		c.Le = wrap(int(body[1])<<8|int(body[2]), MaxExtended)
		return c, nil
	case len(body) > 3:
		return c.parseBody(body[3:], int(body[1])<<8|int(body[2]), 2, MaxExtended)
	}
	return Command{}, fmt.Errorf("%w: length bytes cut short", ErrCommand)
}

// parseBody reads data of n bytes and then an optional Le of leSize bytes.
func (c Command) parseBody(rest []byte, n, leSize, most int) (Command, error) {
	if n == 0 || (len(rest) != n && len(rest) != n+leSize) {
		return Command{}, fmt.Errorf("%w: Lc says %d bytes, %d follow", ErrCommand, n, len(rest))
	}
	c.Data = append([]byte(nil), rest[:n]...)
	le := 0
	for _, b := range rest[n:] {
		le = le<<8 | int(b)
	}
	if len(rest) > n {
		c.Le = wrap(le, most)
	}
	return c, nil
}

func wrap(le, most int) int {
	if le == 0 {
		return most
	}
	return le
}

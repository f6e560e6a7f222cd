package fault

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// tornWrite stops in the middle: what the command changed is new up to byte k
// and old from there, and the card is gone before it answered.
var tornWrite = Fault{
	Info: Info{
		ID:     "card.torn-write",
		Title:  "the card is pulled out at byte k of its n-th write, which stays half done",
		Why:    "EEPROM is written byte by byte, and not every applet wraps a write in a transaction: an interrupted renewal leaves half of one certificate before half of another.",
		Params: []Param{number("byte", 4, 0, 65535, "how many bytes of what changes are written"), nth(1, "successful write")},
		Owes:   nothing("as it writes nothing; management says that the card was taken out"),
	},
	With: func(f *Fault, v Values) {
		f.Wrap = func(a applet.Applet) applet.Applet { return torn(a, v["n"], v["byte"]) }
		f.Wire = func(next Link) Link {
			count := turn{n: v["n"]}
			return func(ctx context.Context, command []byte) ([]byte, error) {
				response, err := next(ctx, command)
				if len(command) > 4 && command[0]&0x10 == 0 && writing[command[1]] && done(response) && count.now() {
					return nil, ErrRemoved
				}
				return response, err
			}
		}
	},
}

// done reports whether a response tells of success, its data fetched or not.
func done(response []byte) bool {
	return good(response) || len(response) >= 2 && response[len(response)-2] == 0x61
}

// torn mixes before and after of the cells that the n-th write changed.
func torn(a applet.Applet, n, k int) applet.Applet {
	count := turn{n: n}
	return overlay{a, func(c iso7816.Command) iso7816.Response {
		if !writes(c) {
			return a.Process(c)
		}
		before := a.Save()
		r := a.Process(c)
		if r.SW != iso7816.OK || !count.now() {
			return r
		}
		after := a.Save()
		for name, cell := range after {
			if !bytes.Equal(cell, before[name]) {
				after[name] = half(name, before[name], cell, k)
			}
		}
		_ = a.Load(after)
		return r
	}}
}

// half is the first k bytes of a cell's content new and the rest old. What comes
// before the content, a counter or a file's header, is new.
func half(name string, before, after []byte, k int) []byte {
	head := headOf(name, after)
	out := append([]byte(nil), after...)
	for i := head + k; i < len(out); i++ {
		out[i] = 0
		if i < len(before) {
			out[i] = before[i]
		}
	}
	return out
}

// headOf is how many bytes of a cell are not content: of a passcode the two of
// its counter, of a file everything before its data, of a key all of it.
func headOf(name string, cell []byte) int {
	kind, _, _ := strings.Cut(name, "/")
	switch kind {
	case "pin":
		return min(2, len(cell))
	case "file":
		at := 4
		for range 2 {
			at += 4 + int(binary.BigEndian.Uint32(cell[at:]))
		}
		return at + 4
	case "object":
		return 0
	}
	return len(cell)
}

package fault

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// dualCAC claims an older application in its capability container.
var dualCAC = Fault{
	Info: Info{
		ID:     "card.dual-cac",
		Title:  "the capability container names the older CAC application",
		Why:    "OpenSC takes a PIV card whose container lists an application of A000000079 for a dual CAC card and treats its keys differently (OpenSC #1533, #1549).",
		Applet: "piv",
		Owes:   nothing("as it never reads the container"),
	},
	Make: func(b *Blank) {
		b.Tweak(func(s applet.State) { edit(s, "object/5FC107", cacURL) })
	},
}

// cacURL puts a card application URL into the empty F3 of the container (GSC-IS
// 2.1 appendix D): RID, type PKI, object, application, account, PIN, key.
func cacURL(object []byte) []byte {
	url := []byte{0xF3, 16, 0xA0, 0x00, 0x00, 0x00, 0x79, 0x04, 0x01, 0x00, 0x01, 0x00, 0, 0, 0, 0, 0, 0}
	object = bytes.Replace(object, []byte{0xF3, 0x00}, url, 1)
	object[1] += 16 // 53 and a short length
	return object
}

// edit changes one cell, where there is one.
func edit(s applet.State, name string, change func([]byte) []byte) {
	if cell, ok := s[name]; ok {
		s[name] = change(cell)
	}
}

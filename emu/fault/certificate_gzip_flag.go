package fault

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// certificateGzipFlag says zipped and is not.
var certificateGzipFlag = Fault{
	Info: Info{
		ID:     "card.certificate-gzip-flag",
		Title:  "the certificates are marked as compressed and are not",
		Why:    "Tools disagreed on the bit for years: piv-tool wrote 80 where SP 800-73 has 01 (OpenSC #324), so flag and content part.",
		Applet: "piv",
		Owes:   unreadable("says that the card cannot be read"),
	},
	Make: func(b *Blank) {
		b.Tweak(func(s applet.State) {
			for _, name := range []string{"object/5FC105", "object/5FC10A"} {
				if info, ok := iso7816.Find(s[name], 0x53, 0x71); ok {
					info[0] |= 1 // it aliases the cell
				}
			}
		})
	},
}

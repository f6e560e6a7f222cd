package fault

// atrWrongCheck has one bit of its ATR's check byte wrong. Only an ATR that
// offers more than T=0 has the byte (ISO/IEC 7816-3 §8.2.5).
var atrWrongCheck = Fault{
	Info: Info{
		ID:       "card.atr-wrong-check",
		Title:    "the check byte of the answer to reset is wrong",
		Why:      "Makers who change historical bytes by hand forget the byte at the end, and many readers never look.",
		Owes:     nothing("as the reader, not the agent, checks this byte"),
		Protocol: "T=1",
	},
	Make: func(b *Blank) {
		b.ATR = append([]byte(nil), b.ATR...)
		if n := len(b.ATR); n > 0 {
			b.ATR[n-1] ^= 0x01
		}
	},
}

package fault

// historicalBytes has one byte of its name wrong.
var historicalBytes = Fault{
	Info: Info{
		ID:     "card.historical-bytes",
		Title:  "one historical byte of the answer to reset is wrong",
		Why:    "Batches of one product differ in a byte (Cosmo cards come with half a dozen answers to reset), and middleware that compares all of them does not know the card.",
		Params: []Param{number("byte", 0, 0, 14, "which of the historical bytes, counted from 0")},
		Owes:   Owes{Status: "CARD_UNKNOWN", Text: "says that this card cannot be used to sign in, with its answer to reset for the helpdesk"},
	},
	With: func(f *Fault, v Values) {
		f.Make = func(b *Blank) { b.ATR = turnHistorical(b.ATR, v["byte"]) }
	},
}

// turnHistorical inverts a historical byte and keeps the check byte right. A
// byte beyond the last is the last; an answer to reset that breaks off before it
// stays as it is.
func turnHistorical(atr []byte, k int) []byte {
	out := append([]byte(nil), atr...)
	first, n, check := historical(out)
	i := first + min(k, n-1)
	if n == 0 || i >= len(out) {
		return out
	}
	out[i] ^= 0xFF
	if check {
		out[len(out)-1] ^= 0xFF
	}
	return out
}

// historical finds the historical bytes of an answer to reset, and whether a
// check byte follows (ISO/IEC 7816-3 §8.2). There are none in one that breaks off
// before them.
func historical(atr []byte) (first, n int, check bool) {
	if len(atr) < 2 {
		return 0, 0, false
	}
	n, first = int(atr[1]&0xF), 2
	for y := atr[1] >> 4; y != 0; {
		next := byte(0)
		for bit := range 4 {
			if y&(1<<bit) == 0 {
				continue
			}
			if first >= len(atr) {
				return 0, 0, false
			}
			if bit == 3 {
				next, check = atr[first]>>4, check || atr[first]&0xF != 0
			}
			first++
		}
		y = next
	}
	return first, n, check
}

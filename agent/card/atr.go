package card

// Historical is the historical bytes of an ATR (ISO/IEC 7816-3 §8.2.4): what
// the maker of the card says about it. It answers false where the ATR is cut
// short.
func Historical(atr []byte) ([]byte, bool) {
	if len(atr) < 2 {
		return nil, false
	}
	n, at := int(atr[1]&0x0F), 2
	for more := atr[1] >> 4; more != 0; {
		at += interfaceBytes(more)
		if more&0x8 == 0 {
			break
		}
		if at > len(atr) {
			return nil, false
		}
		more = atr[at-1] >> 4 // TDi is the last of its group
	}
	if at+n > len(atr) {
		return nil, false
	}
	return atr[at : at+n : at+n], true
}

// interfaceBytes counts TA, TB, TC and TD announced by a Y nibble.
func interfaceBytes(y byte) int {
	return int(y&1 + y>>1&1 + y>>2&1 + y>>3&1)
}

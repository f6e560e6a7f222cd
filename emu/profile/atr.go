package profile

import (
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// ErrATR is wrapped by every error about bytes that are no answer to reset.
var ErrATR = errors.New("profile: not an answer to reset")

// Protocols reads an answer to reset (ISO/IEC 7816-3 §8) and returns the
// protocols it offers, in order. Errors wrap ErrATR: wrong first byte, cut
// short, too long, check byte missing, unwanted or wrong.
func Protocols(atr []byte) ([]iso7816.Protocol, error) {
	if len(atr) < 2 || (atr[0] != 0x3B && atr[0] != 0x3F) {
		return nil, fmt.Errorf("%w: begins % X", ErrATR, atr[:min(len(atr), 2)])
	}
	named, check, used, err := interfaceBytes(atr)
	if err != nil {
		return nil, err
	}
	want := used + int(atr[1]&0x0F)
	if check {
		want++
	}
	if len(atr) != want || want > 33 {
		return nil, fmt.Errorf("%w: %d bytes, its own lengths say %d", ErrATR, len(atr), want)
	}
	if check {
		var x byte
		for _, b := range atr[1:] {
			x ^= b
		}
		if x != 0 {
			return nil, fmt.Errorf("%w: check byte %02X should be %02X", ErrATR, atr[len(atr)-1], atr[len(atr)-1]^x)
		}
	}
	return named, nil
}

// interfaceBytes walks TA1 to TDn. A check byte follows unless T=0 is the only
// thing named (§8.2.5).
func interfaceBytes(atr []byte) (named []iso7816.Protocol, check bool, used int, err error) {
	used = 2
	for y := atr[1] >> 4; ; {
		for bit := byte(1); bit < 8; bit <<= 1 { // TA, TB, TC
			if y&bit != 0 {
				used++
			}
		}
		if y&8 == 0 {
			break
		}
		if used >= len(atr) {
			return nil, false, 0, fmt.Errorf("%w: interface bytes cut short", ErrATR)
		}
		td := atr[used]
		used++
		y = td >> 4
		check = check || td&0x0F != 0
		named = name(named, td&0x0F)
	}
	if len(named) == 0 {
		named = []iso7816.Protocol{iso7816.T0}
	}
	return named, check, used, nil
}

// name adds T=0 or T=1 once; T=15 is no protocol.
func name(named []iso7816.Protocol, t byte) []iso7816.Protocol {
	p, known := map[byte]iso7816.Protocol{0: iso7816.T0, 1: iso7816.T1}[t]
	if !known {
		return named
	}
	for _, have := range named {
		if have == p {
			return named
		}
	}
	return append(named, p)
}

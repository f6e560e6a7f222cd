package timing

import (
	"errors"
	"fmt"
	"time"
)

// ErrRate is wrapped by every error about a speed no card can have.
var ErrRate = errors.New("timing: not a speed")

// Slowest is what a card without TA1 speaks: F=372, D=1 (ISO/IEC 7816-3 §8.3).
const Slowest byte = 0x11

// conversion is a row of ISO/IEC 7816-3 §8.3 table 7, by the high half of TA1:
// the integer F and the fastest clock it allows. Empty rows are reserved.
var conversion = [16]struct {
	f    int
	most int // hertz
}{
	0: {372, 4_000_000}, 1: {372, 5_000_000}, 2: {558, 6_000_000}, 3: {744, 8_000_000},
	4: {1116, 12_000_000}, 5: {1488, 16_000_000}, 6: {1860, 20_000_000},
	9: {512, 5_000_000}, 10: {768, 7_500_000}, 11: {1024, 10_000_000}, 12: {1536, 15_000_000}, 13: {2048, 20_000_000},
}

// adjustment is D by the low half of TA1 (§8.3 table 8). Zeros are reserved.
var adjustment = [16]int{1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 64, 8: 12, 9: 20}

// TA1 is the speed byte of an answer to reset, or Slowest where it has none.
// Errors wrap ErrRate: an answer cut short before TA1, or a reserved value; a
// reader that meets one stays at Slowest.
func TA1(atr []byte) (byte, error) {
	if len(atr) < 2 {
		return Slowest, fmt.Errorf("%w: an answer to reset of %d bytes", ErrRate, len(atr))
	}
	if atr[1]&0x10 == 0 {
		return Slowest, nil
	}
	if len(atr) < 3 {
		return Slowest, fmt.Errorf("%w: the answer to reset announces TA1 and ends before it", ErrRate)
	}
	if conversion[atr[2]>>4].f == 0 || adjustment[atr[2]&15] == 0 {
		return Slowest, fmt.Errorf("%w: TA1 %02X is reserved", ErrRate, atr[2])
	}
	return atr[2], nil
}

// character is the time of 12 etu at a clock in hertz. Errors wrap ErrRate: a
// reserved TA1, or a clock that is faster than the TA1 allows.
func character(ta1 byte, hertz int) (time.Duration, error) {
	row, d := conversion[ta1>>4], adjustment[ta1&15]
	if row.f == 0 || d == 0 {
		return 0, fmt.Errorf("%w: TA1 %02X is reserved", ErrRate, ta1)
	}
	if hertz <= 0 || hertz > row.most {
		return 0, fmt.Errorf("%w: a clock of %d Hz, TA1 %02X allows 1 to %d", ErrRate, hertz, ta1, row.most)
	}
	return time.Duration(12 * float64(row.f) / float64(d) / float64(hertz) * float64(time.Second)), nil
}

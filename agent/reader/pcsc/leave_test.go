//go:build cgo || windows

package pcsc

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Requirement: a card that may have seen a passcode is reset before it is let go of,
// also where a command failed as on a card that is out; a card that is out is not, nor
// is another that stands in its place (design §4 step 5; pcscd 1.9.9 answers
// SCARD_E_NOT_TRANSACTED for both, and counts a removal within 400 ms). Turned red by:
// taking the failure's word, or not waiting for the counter's.
func TestResetWhereTheCardIsStillIn(t *testing.T) {
	for name, c := range map[string]struct {
		failure scard.Error   // of the last command
		counts  time.Duration // until the counter says that the card is out; 0 is never
		reader  error         // what asking for the counter fails with
		want    scard.Disposition
	}{
		"all is well":                          {0, 0, nil, scard.ResetCard},
		"another card by now":                  {0, 1, nil, scard.LeaveCard},
		"the driver failed":                    {scard.ErrNotTransacted, 0, nil, scard.ResetCard},
		"pulled out in a command":              {scard.ErrNotTransacted, 400 * time.Millisecond, nil, scard.LeaveCard},
		"the service said that it is out":      {scard.ErrRemovedCard, 0, nil, scard.LeaveCard},
		"the reader is unplugged":              {scard.ErrNotTransacted, 0, lost("", scard.ErrReaderUnavailable), scard.LeaveCard},
		"the service went: nothing is certain": {scard.ErrNotTransacted, 0, failed("", scard.ErrNoService), scard.ResetCard},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				k := &card{inserted: 4, count: func() (uint32, error) {
					if c.counts > 0 && time.Since(start) >= c.counts-1 {
						return 5, c.reader
					}
					return 4, c.reader
				}}
				if c.failure != 0 {
					k.note(lost("SCardTransmit", c.failure))
				}
				if got := k.leaving(true); got != c.want {
					t.Errorf("disposition %v, want %v", got, c.want)
				}
				if k.leaving(false) != scard.LeaveCard {
					t.Error("a card that saw nothing is reset")
				}
			})
		})
	}
}

// Requirement: a call that brought nothing is no proof that the card is out either.
// Source: vpcd, whose reader reports success. Turned red by: another meaning.
func TestNothingIsDoubtful(t *testing.T) {
	k := &card{}
	k.note(Error{Call: "SCardTransmit", Meaning: reader.ErrRemoved})
	if !k.doubt || k.out {
		t.Errorf("doubt %v, out %v", k.doubt, k.out)
	}
}

package attempttest_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/attempt/attempttest"
)

// Requirement: the reader that tests use behaves as a real one. Its other half is
// TestRealReaderHolds in package virtual. Turned red by: a fake that is kinder.
func TestPlaceHolds(t *testing.T) {
	p := &attempttest.Place{Serial: "AA", Left: 3}
	attempttest.Hold(t, p, "AA", 3, func(yes bool) { p.Mute = yes })
}

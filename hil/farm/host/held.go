package host

import (
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

func holds(g farm.Grant, d farm.Device) bool { return slices.Contains(g.Devices, d) }

func notHeld(d farm.Device) error {
	return fmt.Errorf("%w: %s %s of host %q is not this attempt's", farm.ErrUnknown, d.Kind, d.ID, d.Host)
}

// over says whether a lease's time is up. The monotonic clock stands still while
// a machine sleeps, and the other one may be set back: either is enough.
func over(until, now time.Time) bool {
	return !now.Before(until) || !now.Round(0).Before(until.Round(0))
}

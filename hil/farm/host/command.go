package host

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// What a device can be asked to do.
const (
	Insert   = "insert"
	Remove   = "remove"
	PowerOn  = "power-on"
	PowerOff = "power-off"
	Press    = "press"
	Identify = "identify" // answers a card's serial, or what a reader says it is
)

// Verbs are all of them, for those who list or check them.
func Verbs() []string { return []string{Insert, Remove, PowerOn, PowerOff, Press, Identify} }

// Command is one thing for one device to do, by order of a lease's holder.
type Command struct {
	Device farm.Device `json:"device"`
	Verb   string      `json:"verb"`
	Key    string      `json:"key,omitempty"` // for Press: 0 to 9, enter, cancel or clear; for Insert and Remove: the card's ID
	Token  farm.Token  `json:"token"`
	Holder farm.Holder `json:"holder"` // for those who read logs; the token is what counts
}

// Gadgets move the devices that are plugged in here. They are behind the Guard
// and check nothing themselves.
type Gadgets interface {
	// Do returns when the thing is done, with the answer to Identify. Errors
	// wrap farm.ErrUnknown for a device that is not here, device.ErrUnsupported
	// or the context's.
	Do(ctx context.Context, c Command) (string, error)
}

// Commander brings a command to the host that the device is plugged in at.
type Commander interface {
	// Command returns the answer. Errors wrap farm.ErrStale where the host has
	// seen a newer holder, farm.ErrUnavailable where it cannot be reached, and
	// what Gadgets say.
	Command(ctx context.Context, c Command) (string, error)
}

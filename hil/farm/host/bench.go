package host

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Bench are Gadgets made of the devices that a host's bench file lists.
type Bench map[farm.Device]device.Device

// Identifier is a device.Device that can say what is there: a card's serial, a
// reader's name.
type Identifier interface {
	Identify(ctx context.Context) (string, error)
}

// Do is Gadgets.
func (b Bench) Do(ctx context.Context, c Command) (string, error) {
	d, ok := b[c.Device]
	if !ok {
		return "", fmt.Errorf("%w: no gadget of host %s moves %s %s", farm.ErrUnknown, c.Device.Host, c.Device.Kind, c.Device.ID)
	}
	switch c.Verb {
	case Insert:
		return "", d.Insert(ctx)
	case Remove:
		return "", d.Remove(ctx)
	case PowerOn:
		return "", d.PowerOn(ctx)
	case PowerOff:
		return "", d.PowerOff(ctx)
	case Press:
		return "", d.Press(ctx, c.Key)
	}
	if i, ok := d.(Identifier); ok && c.Verb == Identify {
		return i.Identify(ctx)
	}
	return "", fmt.Errorf("%w: %s", device.ErrUnsupported, c.Verb)
}

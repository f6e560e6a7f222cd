package host

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Runner does what an attempt is there for. It has ended, with all that it
// started, when Run returns; soon after ctx ends is expected of it.
type Runner interface {
	// Run returns what came out. Whatever goes wrong is an Outcome too: ERROR
	// where the test broke, MISS where the bench did.
	Run(ctx context.Context, w farm.Work, a Actuator) farm.Outcome
}

// Actuator is what a runner moves devices with. Each command carries the
// attempt's token, and ends with its lease.
type Actuator struct {
	grant farm.Grant
	lease context.Context
	here  *Guard
	there Commander // for devices of other hosts; may be nil
}

// Token is what the attempt's lease is known by.
func (a Actuator) Token() farm.Token { return a.grant.Token }

// Do has a device of the attempt do something: Insert, Press and so on; key is as
// in Command. Errors wrap farm.ErrUnknown for a device that the attempt
// does not hold, farm.ErrLost once the lease is over, and those of
// Commander.
func (a Actuator) Do(ctx context.Context, d farm.Device, verb, key string) (string, error) {
	c := Command{Device: d, Verb: verb, Key: key, Token: a.grant.Token, Holder: a.grant.Holder}
	if !holds(a.grant, d) {
		return "", notHeld(d)
	}
	if a.lease.Err() != nil {
		return "", farm.ErrLost
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(a.lease, cancel)()
	return a.command(ctx, c)
}

func (a Actuator) command(ctx context.Context, c Command) (string, error) {
	if c.Device.Host == a.here.Host {
		return a.here.Command(ctx, c)
	}
	if a.there == nil {
		return "", notHeld(c.Device)
	}
	return a.there.Command(ctx, c)
}

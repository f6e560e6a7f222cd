package station

import (
	"context"
	"errors"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/contact"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/health"
)

// off is how long a port stays without power.
const off = 2 * time.Second

// Hands are the repairs that a real reader knows. The smartcard service is not ours
// to restart while other readers of the host are at work, and a host is drained by
// a person.
func (s *Station) Hands() health.Hands {
	h := health.Hands{Reconnect: s.repair((*contact.Card).Again), WarmReset: s.repair((*contact.Card).Warm), Unpower: s.repair((*contact.Card).Cold)}
	if s.Port.Kind != "" {
		h.PowerCycle = s.cycle
	}
	return h
}

// repair does one thing to the card, on a connection of its own.
func (s *Station) repair(do func(*contact.Card) error) func(context.Context) error {
	return func(ctx context.Context) error {
		state, err := s.now(ctx)
		if err != nil {
			return err
		}
		c, err := contact.Open(ctx, state.Name, s.Card.Protocol)
		if err != nil {
			return err
		}
		return errors.Join(do(c), c.Close())
	}
}

// cycle takes the reader's power and gives it again, by the daemon.
func (s *Station) cycle(ctx context.Context) error {
	if err := s.ask(ctx, s.Port, host.PowerOff, ""); err != nil {
		return err
	}
	timer := time.NewTimer(off)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	s.name = "" // it may come back as another
	return s.ask(context.WithoutCancel(ctx), s.Port, host.PowerOn, "")
}

//go:build cgo || windows

package pcsc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Reset restarts the card warm and learns what it speaks afterwards. Where it
// fails, ending the transaction and closing try again. After a call that failed as on
// a card that is out it first waits until that is certain.
func (c *card) Reset(ctx context.Context) error {
	if err := c.certain(ctx); err != nil {
		return err
	}
	var atr []byte
	var protocol iso7816.Protocol
	err := c.run(ctx, "SCardReconnect", func() (err error) {
		c.unsure = true
		if err = c.handle.Reconnect(scard.ShareShared, bothProtocols, scard.ResetCard); err == nil {
			c.unsure = false
			atr, protocol, err = c.look()
		}
		return err
	})
	if err == nil {
		c.atr, c.protocol = atr, protocol
	}
	return err
}

// certain ends a doubt whether the card is out.
func (c *card) certain(ctx context.Context) error {
	if c.closed {
		return nil // said by who asks next
	}
	return c.owner.do(ctx, func() error {
		if c.doubt && c.left() {
			return reader.ErrRemoved
		}
		c.doubt = false
		return nil
	})
}

// Close lets go of the card. It waits for the service for a moment only.
func (c *card) Close() error {
	if c.closed {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), pause)
	defer cancel()
	err := c.run(ctx, "SCardDisconnect", func() error {
		handle := c.handle
		c.handle = nil
		return handle.Disconnect(c.leaving(c.unsure))
	})
	c.closed = true
	c.owner.stop()
	if errors.Is(err, reader.ErrRemoved) || errors.Is(err, reader.ErrReset) || errors.Is(err, errGone) {
		return nil
	}
	return err
}

// disposition resets a card that was given up after a command, or that could
// not be reset before: it may have seen a passcode.
func disposition(reset bool) scard.Disposition {
	if reset {
		return scard.ResetCard
	}
	return scard.LeaveCard
}

// leaving is the disposition of a card that is let go of. What was taken out needs
// no reset and cannot have one: pcscd would give it to the card that is there now,
// or take the reader for empty (1.9.9). It runs on the owner.
func (c *card) leaving(reset bool) scard.Disposition { return disposition(reset && !c.left()) }

// glance is how long pcscd needs at most to see that a card was taken out; it polls
// every 400 ms.
const glance = 600 * time.Millisecond

// left says whether the card has been taken out. A call that failed does not say so:
// pcscd has one error for a card that is out and for a driver that failed with the
// card in and, it may be, a passcode verified. Its counter says so, at its next look.
// It runs on the owner.
func (c *card) left() bool {
	for end := time.Now().Add(glance); !c.out; time.Sleep(glance / 12) {
		now, err := c.count()
		c.out = err == nil && now != c.inserted || errors.Is(err, reader.ErrRemoved)
		if !c.doubt || time.Now().After(end) {
			break
		}
	}
	return c.out
}

// note keeps what an error says of the card. It runs on the owner.
func (c *card) note(err error) {
	var e Error
	switch {
	case !errors.Is(err, reader.ErrRemoved):
	case errors.As(err, &e) && slices.Contains(doubtful(), e.Code):
		c.doubt = true
	default:
		c.out = true
	}
}

// doubtful are the codes of calls that fail on a card that is out, and on others: 0 is
// a call that brought nothing.
func doubtful() []uint32 {
	return []uint32{0, uint32(scard.ErrNotTransacted), uint32(scard.ErrUnpoweredCard)}
}

// insertions is the reader's counter of cards gone in and out.
func insertions(context *scard.Context, name, suffix string) (uint32, error) {
	states := []scard.ReaderState{{Reader: name + suffix, CurrentState: scard.StateUnaware}}
	if err := context.GetStatusChange(states, 0); err != nil {
		return 0, lost("SCardGetStatusChange", err)
	}
	return uint32(states[0].EventState) >> 16, nil
}

//go:build cgo || windows

package pcsc

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

const bothProtocols = scard.ProtocolT0 | scard.ProtocolT1

// card is one connection. handle and sent belong to the owner; the rest is the
// caller's.
type card struct {
	owner    *owner
	handle   *scard.Card
	held     bool // a transaction of ours is under way
	sent     bool // a command went out
	unsure   bool // a reset was wanted and failed: whatever lets go resets
	out      bool // the card was taken out; what is in the reader now is not ours
	count    func() (uint32, error)
	inserted uint32 // count at the time of connecting
	atr      []byte
	protocol iso7816.Protocol
	closed   bool
}

// Connect powers the card in the named reader, shared, at T=0 or T=1.
func (s *System) Connect(ctx context.Context, name string) (reader.Card, error) {
	var context *scard.Context
	c, slot := &card{}, s.slot()
	c.owner = startOwner(func(abandoned bool) {
		if c.handle != nil {
			_ = c.handle.Disconnect(c.leaving(c.unsure || (abandoned && c.sent)))
		}
		if context != nil {
			_ = context.Release()
		}
		s.release(slot)
	})
	var atr []byte
	var protocol iso7816.Protocol
	err := c.owner.do(ctx, func() (err error) {
		if context, err = scard.EstablishContext(); err != nil {
			return failed("SCardEstablishContext", err)
		}
		if c.handle, err = context.Connect(name, scard.ShareShared, bothProtocols); err != nil {
			return failed("SCardConnect", err)
		}
		c.count = func() (uint32, error) { return insertions(context, name, suffix(slot)) }
		if c.inserted, err = c.count(); err == nil {
			atr, protocol, err = c.look()
		}
		if errors.Is(err, reader.ErrReset) { // between two calls: nothing is lost yet
			if err = c.reconnect(scard.LeaveCard); err == nil {
				atr, protocol, err = c.look()
			}
		}
		return err
	})
	if err != nil {
		c.owner.stop()
		return nil, err
	}
	c.atr, c.protocol = atr, protocol
	return c, nil
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
func (c *card) leaving(reset bool) scard.Disposition {
	if reset {
		now, err := c.count()
		reset = !c.out && (err != nil || now == c.inserted)
	}
	return disposition(reset)
}

// look asks what the card is and speaks now. It runs on the owner.
func (c *card) look() ([]byte, iso7816.Protocol, error) {
	status, err := c.handle.Status()
	if err != nil {
		return nil, 0, lost("SCardStatus", err)
	}
	switch c.handle.ActiveProtocol() {
	case scard.ProtocolT0:
		return bytes.Clone(status.Atr), iso7816.T0, nil
	case scard.ProtocolT1:
		return bytes.Clone(status.Atr), iso7816.T1, nil
	}
	return nil, 0, fmt.Errorf("%w: neither T=0 nor T=1", reader.ErrProtocol)
}

func (c *card) ATR() []byte                { return bytes.Clone(c.atr) }
func (c *card) Protocol() iso7816.Protocol { return c.protocol }

// run is do on a connection: an open one, with a reset by another program seen
// once and then repaired, so that the next call works.
func (c *card) run(ctx context.Context, name string, call func() error) error {
	if c.closed {
		return fmt.Errorf("pcsc: %s on a closed connection: %w", name, reader.ErrRemoved)
	}
	var atr []byte
	var protocol iso7816.Protocol
	err := c.owner.do(ctx, func() error {
		if c.out {
			return reader.ErrRemoved
		}
		err := lost(name, call())
		if errors.Is(err, reader.ErrReset) && c.handle != nil {
			// pcsc-lite says "reset" too when another card went in.
			if now, failure := c.count(); failure != nil || now != c.inserted {
				c.out = true
				return errors.Join(reader.ErrRemoved, failure)
			}
			if again := c.reconnect(scard.LeaveCard); again != nil {
				return again
			}
			atr, protocol, _ = c.look()
		}
		c.out = c.out || errors.Is(err, reader.ErrRemoved)
		return err
	})
	if protocol != 0 {
		c.atr, c.protocol = atr, protocol
	}
	return err
}

// reconnect runs on the owner.
func (c *card) reconnect(d scard.Disposition) error {
	return lost("SCardReconnect", c.handle.Reconnect(scard.ShareShared, bothProtocols, d))
}

// Transmit copies command, so that a caller who gave up may wipe it while C
// still reads, and wipes the copy.
func (c *card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) < 4 {
		return nil, fmt.Errorf("%w: %d bytes", iso7816.ErrCommand, len(command))
	}
	own := bytes.Clone(command)
	var answer []byte
	err := c.run(ctx, "SCardTransmit", func() error {
		defer clear(own)
		return c.inTurn(func() error {
			c.sent = true
			raw, err := c.handle.Transmit(own)
			answer = bytes.Clone(raw) // raw pins 64 KiB
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	if len(answer) == 0 {
		// A reader whose card went in mid-command may report success and bring
		// nothing, not even a status word: vpcd does.
		return nil, Error{Call: "SCardTransmit", Meaning: reader.ErrRemoved}
	}
	return answer, nil
}

// Control passes data to the reader, which may show the card a passcode: the
// connection counts as one that did.
func (c *card) Control(ctx context.Context, code uint32, data []byte) ([]byte, error) {
	own := bytes.Clone(data)
	var answer []byte
	err := c.run(ctx, "SCardControl", func() error {
		return c.inTurn(func() error {
			c.sent = true
			raw, err := c.handle.Control(code, own)
			answer = bytes.Clone(raw)
			return err
		})
	})
	return answer, err
}

// inTurn runs call in the transaction under way or in one of its own. A command
// that waited inside the service for another program's transaction would reach the
// card after its caller gave up; here nothing goes out any more. It runs on the owner.
func (c *card) inTurn(call func() error) error {
	if c.held {
		return call()
	}
	if err := lost("SCardBeginTransaction", c.handle.BeginTransaction()); err != nil {
		return err
	}
	defer func() { _ = c.handle.EndTransaction(scard.LeaveCard) }()
	if c.owner.abandoned() {
		return errGone
	}
	return call()
}

// Begin starts a transaction. While another program has one this blocks until
// ctx ends.
func (c *card) Begin(ctx context.Context) (func() error, error) {
	if err := c.run(ctx, "SCardBeginTransaction", func() error {
		err := c.handle.BeginTransaction()
		c.held = err == nil
		return err
	}); err != nil {
		return nil, err
	}
	ended := false
	return func() error {
		if ended {
			return nil
		}
		ended = true
		return c.run(context.WithoutCancel(ctx), "SCardEndTransaction", func() error {
			c.held = false
			return c.handle.EndTransaction(disposition(c.unsure))
		})
	}, nil
}

// Reset restarts the card warm and learns what it speaks afterwards. Where it
// fails, ending the transaction and closing try again.
func (c *card) Reset(ctx context.Context) error {
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

// insertions is the reader's counter of cards gone in and out.
func insertions(context *scard.Context, name, suffix string) (uint32, error) {
	states := []scard.ReaderState{{Reader: name + suffix, CurrentState: scard.StateUnaware}}
	if err := context.GetStatusChange(states, 0); err != nil {
		return 0, lost("SCardGetStatusChange", err)
	}
	return uint32(states[0].EventState) >> 16, nil
}

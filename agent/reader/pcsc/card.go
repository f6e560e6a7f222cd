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

// card is one connection. What is ours of PC/SC belongs to the owner; the caller has
// what follows it.
type card struct {
	owner *owner

	handle   *scard.Card
	held     bool // a transaction of ours is under way
	sent     bool // a command went out
	unsure   bool // a reset was wanted and failed: whatever lets go resets
	out      bool // the card was taken out; what is in the reader now is not ours
	doubt    bool // a call failed as on a card that is out, and nobody said that it is
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
		if c.out || c.doubt {
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
				c.note(again)
				return again
			}
			if !c.held { // pcscd does not unlock for who has not been told
				_ = c.handle.EndTransaction(scard.LeaveCard)
			}
			atr, protocol, _ = c.look()
		}
		c.note(err)
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

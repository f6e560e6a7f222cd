//go:build cgo || windows

package contact

import (
	"bytes"
	"context"
	"fmt"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Card is a card that nobody else can reach. Its methods are for one goroutine.
type Card struct {
	service  *scard.Context
	handle   *scard.Card
	protocol iso7816.Protocol
	wanted   scard.Protocol
}

// Take powers the card in the named reader afresh and holds it. Errors are Open's.
func Take(ctx context.Context, reader string, p iso7816.Protocol) (*Card, error) {
	c, err := Open(ctx, reader, p)
	if err != nil {
		return nil, err
	}
	if err := c.Cold(); err != nil {
		_ = c.Close()
		return nil, err
	}
	if p != 0 && c.protocol != p {
		_ = c.Close()
		return nil, fmt.Errorf("%w: it speaks %s, not %s", ErrProtocol, c.protocol, p)
	}
	return c, nil
}

// Open connects exclusively to the card in the named reader, as it is. Protocol 0
// is whichever the service prefers. The call is not interrupted when ctx ends:
// pcscd knows no way.
func Open(ctx context.Context, reader string, p iso7816.Protocol) (*Card, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	service, err := scard.EstablishContext()
	if err != nil {
		return nil, meaning(err)
	}
	c := &Card{service: service, wanted: scard.ProtocolT0 | scard.ProtocolT1}
	switch p {
	case iso7816.T0:
		c.wanted = scard.ProtocolT0
	case iso7816.T1:
		c.wanted = scard.ProtocolT1
	}
	if c.handle, err = service.Connect(reader, scard.ShareExclusive, c.wanted); err != nil {
		_ = service.Release()
		return nil, meaning(err)
	}
	return c, nil
}

// Cold takes the card's power and gives it again.
func (c *Card) Cold() error { return c.again(scard.UnpowerCard) }

// Warm resets the card.
func (c *Card) Warm() error { return c.again(scard.ResetCard) }

// Again connects anew and leaves the card as it is.
func (c *Card) Again() error { return c.again(scard.LeaveCard) }

func (c *Card) again(d scard.Disposition) error {
	if err := c.handle.Reconnect(scard.ShareExclusive, c.wanted, d); err != nil {
		return meaning(err)
	}
	switch c.handle.ActiveProtocol() {
	case scard.ProtocolT0:
		c.protocol = iso7816.T0
	case scard.ProtocolT1:
		c.protocol = iso7816.T1
	default:
		return fmt.Errorf("%w: neither T=0 nor T=1", ErrProtocol)
	}
	return nil
}

// Protocol is what the card was told to speak.
func (c *Card) Protocol() iso7816.Protocol { return c.protocol }

// ATR is what the card said at power-up.
func (c *Card) ATR() ([]byte, error) {
	s, err := c.handle.Status()
	if err != nil {
		return nil, meaning(err)
	}
	return bytes.Clone(s.Atr), nil
}

// Transmit sends one command. It is an iso7816.Transmitter.
func (c *Card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(command) < 4 {
		return nil, fmt.Errorf("%w: %d bytes", iso7816.ErrCommand, len(command))
	}
	answer, err := c.handle.Transmit(command)
	if err != nil {
		return nil, meaning(err)
	}
	if len(answer) < 2 {
		return nil, fmt.Errorf("%w: it answered nothing", ErrNoCard)
	}
	return bytes.Clone(answer), nil
}

// Close resets the card, so that nothing that was selected is left, and lets it
// go.
func (c *Card) Close() error {
	err := c.handle.Disconnect(scard.ResetCard)
	if released := c.service.Release(); err == nil {
		err = released
	}
	return meaning(err)
}

// meaning keeps the code and adds what it means to a bench.
func meaning(err error) error {
	switch err {
	case nil:
		return nil
	case scard.ErrNoService, scard.ErrServiceStopped, scard.ErrCommError, scard.ErrCommDataLost:
		return fmt.Errorf("%w: %w", ErrService, err)
	case scard.ErrSharingViolation:
		return fmt.Errorf("%w: %w", ErrTaken, err)
	case scard.ErrNoSmartcard, scard.ErrRemovedCard, scard.ErrUnpoweredCard, scard.ErrUnresponsiveCard, scard.ErrUnknownReader, scard.ErrReaderUnavailable:
		return fmt.Errorf("%w: %w", ErrNoCard, err)
	case scard.ErrProtoMismatch:
		return fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return err
}

package readertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// check answers with what PC/SC would refuse a call with. The shelf is locked.
func (c *connection) check() error {
	switch {
	case c.closed, c.slot.card != c.card, c.slot.insertion != c.insertion:
		return reader.ErrRemoved
	case c.slot.resets != c.resets:
		c.resets = c.slot.resets // told once
		return reader.ErrReset
	}
	return nil
}

// Transmit passes the command on. A card that fails with reader.ErrReset was
// reset by another program; with anything else but the context's error it is
// out of the reader from then on.
func (c *connection) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) < 4 {
		return nil, fmt.Errorf("%w: %d bytes", iso7816.ErrCommand, len(command))
	}
	if err := c.turn(ctx, false); err != nil {
		return nil, err
	}
	own := bytes.Clone(command)
	defer clear(own)
	answer, err := c.card.Transmit(ctx, own)
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	return answer, c.still()
}

// still is ErrRemoved when the card went out while it was answering.
func (c *connection) still() error {
	c.shelf.mu.Lock()
	defer c.shelf.mu.Unlock()
	if c.slot.card != c.card || c.slot.insertion != c.insertion {
		return reader.ErrRemoved
	}
	return nil
}

func (c *connection) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	c.shelf.mu.Lock()
	defer c.shelf.mu.Unlock()
	if errors.Is(err, reader.ErrReset) {
		c.slot.resets++
		c.resets = c.slot.resets // told now
		return err
	}
	if c.slot.card == c.card && c.slot.insertion == c.insertion {
		c.shelf.empty(c.slot)
		c.shelf.notify()
	}
	return fmt.Errorf("%w: %w", reader.ErrRemoved, err)
}

// Begin waits for other connections' transactions to end.
func (c *connection) Begin(ctx context.Context) (func() error, error) {
	if err := c.turn(ctx, true); err != nil {
		return nil, err
	}
	return c.end, nil
}

// turn waits until no other connection has a transaction, as pcsc-lite does
// with every command, and takes it where hold is set.
func (c *connection) turn(ctx context.Context, hold bool) error {
	for {
		c.shelf.mu.Lock()
		err, pulse := c.check(), c.shelf.pulse()
		free := c.slot.holder == nil || c.slot.holder == c
		if err == nil && free && hold {
			c.slot.holder = c
		}
		c.shelf.mu.Unlock()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || free {
			return err
		}
		select {
		case <-pulse:
		case <-ctx.Done():
		}
	}
}

func (c *connection) end() error {
	c.shelf.mu.Lock()
	defer c.shelf.mu.Unlock()
	if c.slot.holder == c {
		c.slot.holder = nil
		c.shelf.notify()
	}
	if c.slot.card != c.card || c.slot.insertion != c.insertion {
		return reader.ErrRemoved
	}
	return nil
}

// Reset resets the card and lets the other connections know.
func (c *connection) Reset(ctx context.Context) error {
	if err := c.turn(ctx, false); err != nil {
		return err
	}
	if err := c.card.Reset(ctx); err != nil {
		return c.failed(ctx, err)
	}
	c.shelf.mu.Lock()
	defer c.shelf.mu.Unlock()
	c.slot.resets++
	c.resets = c.slot.resets
	c.atr, c.protocol = c.card.ATR(), c.card.Protocol()
	return nil
}

// Close lets go; the card stays as it is.
func (c *connection) Close() error {
	c.shelf.mu.Lock()
	defer c.shelf.mu.Unlock()
	c.closed = true
	if c.slot.holder == c {
		c.slot.holder = nil
		c.shelf.notify()
	}
	return nil
}

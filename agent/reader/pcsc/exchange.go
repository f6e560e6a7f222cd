//go:build cgo || windows

package pcsc

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Transmit copies command, so that a caller who gave up may wipe it while C
// still reads, and wipes the copy: whoever comes first, the owner that sends it or
// the caller that gave up before.
func (c *card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) < 4 {
		return nil, fmt.Errorf("%w: %d bytes", iso7816.ErrCommand, len(command))
	}
	own := bytes.Clone(command)
	var taken atomic.Bool
	var answer []byte
	err := c.run(ctx, "SCardTransmit", func() error {
		if !taken.CompareAndSwap(false, true) {
			return errGone
		}
		defer clear(own)
		return c.inTurn(func() error {
			c.sent = true
			raw, err := c.handle.Transmit(own)
			answer = bytes.Clone(raw) // raw pins 64 KiB
			if err == nil && len(raw) == 0 {
				// A reader whose card went in mid-command may report success and
				// bring nothing, not even a status word: vpcd does.
				return Error{Call: "SCardTransmit", Meaning: reader.ErrRemoved}
			}
			return err
		})
	})
	if taken.CompareAndSwap(false, true) {
		clear(own)
	}
	if err != nil {
		return nil, err
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

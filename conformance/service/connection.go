package service

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// connection dies with the service it was made by.
type connection struct {
	reader.Card
	service *Service
	epoch   int
	name    string
}

func (c *connection) alive() error {
	if c.service.Epoch() != c.epoch {
		return reader.ErrNoService
	}
	return nil
}

// Transmit passes the command on, unless the reader is unplugged at it.
func (c *connection) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if err := c.alive(); err != nil {
		return nil, err
	}
	if c.unplugged(command) {
		c.service.Shelf.Vanish(c.name)
	}
	answer, err := c.Card.Transmit(ctx, command)
	if dead := c.alive(); dead != nil {
		return nil, dead
	}
	return answer, err
}

func (c *connection) unplugged(command []byte) bool {
	c.service.mu.Lock()
	defer c.service.mu.Unlock()
	if c.service.unplug == nil || !c.service.unplug(command) {
		return false
	}
	c.service.unplug = nil
	return true
}

// Begin lets the other program reset the card first, if there is one.
func (c *connection) Begin(ctx context.Context) (func() error, error) {
	if err := c.alive(); err != nil {
		return nil, err
	}
	if err := c.meddle(ctx); err != nil {
		return nil, err
	}
	return c.Card.Begin(ctx)
}

func (c *connection) meddle(ctx context.Context) error {
	c.service.mu.Lock()
	due := c.service.resets > 0
	c.service.resets = max(0, c.service.resets-1)
	c.service.mu.Unlock()
	if !due {
		return nil
	}
	other, err := c.service.Shelf.Connect(ctx, c.name)
	if err != nil {
		return err
	}
	defer other.Close()
	return other.Reset(ctx)
}

// Reset is reader.Card's.
func (c *connection) Reset(ctx context.Context) error {
	if err := c.alive(); err != nil {
		return err
	}
	return c.Card.Reset(ctx)
}

// Codes of a reader's control: GET_FEATURE_REQUEST as the two systems spell it,
// and the one under which this reader verifies (PC/SC part 10 §2.2).
const (
	featuresUnix    = 0x42000000 + 3400
	featuresWindows = 0x31<<16 | 3400<<2
	verifyDirect    = 0x42330006
	beforeCommand   = 19 // bytes of PIN_VERIFY before abData
)

// Control is the reader's keypad, where it has one.
func (c *connection) Control(ctx context.Context, code uint32, data []byte) ([]byte, error) {
	typed, has := c.typed(code)
	switch {
	case !has:
		return nil, reader.ErrProtocol
	case code != verifyDirect:
		return binary.BigEndian.AppendUint32([]byte{0x06, 4}, verifyDirect), nil
	case len(typed) == 2:
		return typed, nil
	}
	command := bytes.Clone(data[min(beforeCommand, len(data)):])
	copy(command[min(5, len(command)):], typed)
	return c.Transmit(ctx, command)
}

// typed is what the person types next; the last answer repeats.
func (c *connection) typed(code uint32) (next []byte, has bool) {
	c.service.mu.Lock()
	defer c.service.mu.Unlock()
	keys := c.service.keys
	if len(keys) == 0 || (code != featuresUnix && code != featuresWindows && code != verifyDirect) {
		return nil, false
	}
	if code == verifyDirect && len(keys) > 1 {
		c.service.keys = keys[1:]
	}
	return keys[0], true
}

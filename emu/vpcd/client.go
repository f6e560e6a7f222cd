// Package vpcd plugs a card into the virtual reader of vsmartcard, which pcscd
// loads like any reader driver. The driver listens, the card connects; each
// message is a two-byte length, big-endian, and that many bytes.
//
// The protocol is that of vsmartcard's vpcd.h. A message of one byte is a
// control: 00 power off, 01 power on, 02 reset, 04 send the answer to reset.
// Everything longer is a command.
package vpcd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"
)

// Card is what can be plugged in. emu.Card is one.
type Card interface {
	ATR() []byte
	Transmit(ctx context.Context, command []byte) ([]byte, error)
	Reset(ctx context.Context) error
	PowerOff()
}

// ErrMessage is wrapped when the other side does not speak the protocol.
var ErrMessage = errors.New("vpcd: not a message of the virtual reader")

// The one-byte messages.
const (
	powerOff = 0x00
	powerOn  = 0x01
	reset    = 0x02
	getATR   = 0x04
)

// Client keeps one card in one slot of the virtual reader.
type Client struct {
	Address string        // host:port of the slot; pcscd's first is 127.0.0.1:35963
	Card    Card          // what is plugged in
	Retry   time.Duration // between attempts to connect; default 100 ms
	Log     *slog.Logger  // default silent
	OnPlug  func()        // called each time the reader was reached
}

// Run plugs the card in and answers until the context ends, then returns nil. A
// reader that is not there, or goes away, is tried again. When the card fails,
// because it was taken out, Run unplugs it and returns the card's error.
func (c *Client) Run(ctx context.Context) error {
	retry := c.Retry
	if retry == 0 {
		retry = 100 * time.Millisecond
	}
	for {
		err := c.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var broken cardError
		if errors.As(err, &broken) {
			return broken.error
		}
		if c.Log != nil {
			c.Log.Debug("virtual reader not reached", "address", c.Address, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retry):
		}
	}
}

// muteATR is longer than any answer to reset may be (33 bytes, ISO/IEC 7816-3
// §8.2.1). The driver sees that a card is there and fails to power it, which is
// how a real driver finds a mute card; no answer at all would be no card.
var muteATR [40]byte

// cardError marks the card's errors among those of the connection.
type cardError struct{ error }

// once is one connection, from dialling to its end.
func (c *Client) once(ctx context.Context) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.Address)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if c.OnPlug != nil {
		c.OnPlug()
	}
	for {
		message, err := read(conn)
		if err != nil {
			return err
		}
		answer, err := c.answer(ctx, message)
		clear(message) // it may have held a passcode
		if err != nil {
			return err
		}
		if answer == nil {
			continue
		}
		if err := write(conn, answer); err != nil {
			return err
		}
	}
}

// answer is what goes back for a message; nil is nothing.
func (c *Client) answer(ctx context.Context, message []byte) ([]byte, error) {
	if len(message) > 1 {
		response, err := c.Card.Transmit(ctx, message)
		if err != nil {
			return nil, cardError{err}
		}
		return response, nil
	}
	switch message[0] {
	case powerOff:
		c.Card.PowerOff()
		return nil, nil
	case powerOn:
		return nil, nil
	case reset:
		if err := c.Card.Reset(ctx); err != nil {
			return nil, cardError{err}
		}
		return nil, nil
	case getATR:
		if atr := c.Card.ATR(); len(atr) > 0 {
			return atr, nil
		}
		return muteATR[:], nil
	}
	return nil, fmt.Errorf("%w: control byte %02X", ErrMessage, message[0])
}

// read takes one message. The system is asked to acknowledge at once, before
// the length and again before the rest: the driver sends the two apart, and
// would otherwise wait 40 ms for an acknowledgement that is being delayed.
func read(conn net.Conn) ([]byte, error) {
	var head [2]byte
	quickAck(conn)
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint16(head[:])
	if n == 0 {
		return nil, fmt.Errorf("%w: length 0", ErrMessage)
	}
	message := make([]byte, n)
	quickAck(conn)
	_, err := io.ReadFull(conn, message)
	return message, err
}

// write sends length and payload in one piece, for the same reason.
func write(conn net.Conn, payload []byte) error {
	if len(payload) > 0xFFFF {
		return fmt.Errorf("%w: an answer of %d bytes", ErrMessage, len(payload))
	}
	out := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(payload)), uint16(len(payload)))
	_, err := conn.Write(append(out, payload...))
	return err
}

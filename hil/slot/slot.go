// Package slot is a slot of vsmartcard's virtual reader, which pcscd loads like
// any reader driver: how to plug something in, and the messages that come. The
// driver listens, the card connects; each message is a length of two bytes,
// big-endian, and that many bytes (vsmartcard, virtualsmartcard/doc and
// src/vpcd/vpcd.h). One byte is a control, more are a command.
package slot

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"
)

// The controls. Only GetATR is answered.
const (
	PowerOff = 0x00
	PowerOn  = 0x01
	Reset    = 0x02
	GetATR   = 0x04
)

// ErrMessage is wrapped when the other side does not speak the protocol.
var ErrMessage = errors.New("not a message of the virtual reader")

// ErrURL is wrapped by errors about a slot's address.
var ErrURL = errors.New("not an address like vpcd://127.0.0.1:35963")

// ParseURL reads vpcd://HOST:PORT and returns HOST:PORT.
func ParseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrURL, err)
	}
	if u.Scheme != "vpcd" || u.Hostname() == "" || u.Port() == "" || u.Path != "" {
		return "", fmt.Errorf("%w: %q", ErrURL, s)
	}
	return net.JoinHostPort(u.Hostname(), u.Port()), nil
}

// again is how long we wait between attempts to reach a slot.
const again = 50 * time.Millisecond

// Dial plugs in: it tries until the slot listens or ctx ends.
func Dial(ctx context.Context, address string) (net.Conn, error) {
	var d net.Dialer
	for {
		conn, err := d.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(again):
		}
	}
}

// Read takes one message. The driver sends length and rest apart, and a delayed
// acknowledgement between the two would cost 40 ms.
func Read(conn net.Conn) ([]byte, error) {
	var head [2]byte
	acknowledge(conn)
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint16(head[:])
	if n == 0 {
		return nil, fmt.Errorf("%w: length 0", ErrMessage)
	}
	message := make([]byte, n)
	acknowledge(conn)
	_, err := io.ReadFull(conn, message)
	return message, err
}

// Write sends one message in one piece.
func Write(conn net.Conn, message []byte) error {
	if len(message) == 0 || len(message) > 0xFFFF {
		return fmt.Errorf("%w: %d bytes", ErrMessage, len(message))
	}
	out := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(message)), uint16(len(message)))
	out = append(out, message...)
	defer clear(out)
	_, err := conn.Write(out)
	return err
}

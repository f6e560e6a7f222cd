// Package pcscd looks at a PC/SC daemon from outside: which readers it has and
// whether there is a card in them. It asks over the daemon's own socket, so
// that a bench can be checked without the product that is tested on it.
package pcscd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Socket is where Debian's pcscd listens.
const Socket = "/run/pcscd/pcscd.comm"

// The daemon's protocol, version 4.4 (pcsc-lite 1.9.9, src/winscard_msg.h).
const (
	major, minor    = 4, 4
	commandVersion  = 0x11
	commandReaders  = 0x12
	readers         = 16 // entries in an answer to a client of version 4.4
	nameSize        = 128
	atrSize         = 33
	statePresent    = 0x04
	stateMute       = 0x08 // SCARD_SWALLOWED
	patience        = 2 * time.Second
	successfulReply = 0
)

// ErrNoAnswer is wrapped when the daemon is not there or does not answer.
var ErrNoAnswer = errors.New("pcscd does not answer")

// Reader is one reader as the daemon sees it.
type Reader struct {
	Name    string
	Present bool   // a card is in it
	ATR     []byte // of the card, once it was powered
	Mute    bool   // the card was powered and did not answer to reset; until somebody connects
}

// record is READER_STATE (src/eventhandler.h) with its padding.
type record struct {
	Name      [nameSize]byte
	Events    uint32
	State     uint32
	Sharing   int32
	ATR       [atrSize]byte
	_         [3]byte
	ATRLength uint32
	Protocol  uint32
}

// Readers asks the daemon behind socket. Errors wrap ErrNoAnswer.
func Readers(ctx context.Context, socket string) ([]Reader, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	list, err := ask(conn)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	return list, nil
}

func ask(conn io.ReadWriter) ([]Reader, error) {
	version := struct {
		Major, Minor int32
		Status       uint32
	}{major, minor, 0}
	if err := send(conn, commandVersion, version); err != nil {
		return nil, err
	}
	if err := binary.Read(conn, binary.NativeEndian, &version); err != nil {
		return nil, err
	}
	if version.Status != successfulReply {
		return nil, fmt.Errorf("it speaks version %d.%d, we %d.%d", version.Major, version.Minor, major, minor)
	}
	if err := send(conn, commandReaders, nil); err != nil {
		return nil, err
	}
	var records [readers]record
	if err := binary.Read(conn, binary.NativeEndian, &records); err != nil {
		return nil, err
	}
	return named(records[:]), nil
}

// send writes a message: size of the body, command, body.
func send(w io.Writer, command uint32, body any) error {
	var b bytes.Buffer
	if body != nil {
		if err := binary.Write(&b, binary.NativeEndian, body); err != nil {
			return err
		}
	}
	head := binary.NativeEndian.AppendUint32(nil, uint32(b.Len()))
	head = binary.NativeEndian.AppendUint32(head, command)
	_, err := w.Write(append(head, b.Bytes()...))
	return err
}

func named(records []record) []Reader {
	var list []Reader
	for _, r := range records {
		name, _, _ := bytes.Cut(r.Name[:], []byte{0})
		if len(name) == 0 {
			continue
		}
		n := min(r.ATRLength, atrSize)
		list = append(list, Reader{Name: string(name), Present: r.State&statePresent != 0, ATR: bytes.Clone(r.ATR[:n]), Mute: r.State&stateMute != 0})
	}
	return list
}

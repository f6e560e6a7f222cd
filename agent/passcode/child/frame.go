package child

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is a kind, the payload's length in two bytes, the most significant
// first, and the payload.
const headSize = 3

// What the agent says.
const kindSheet = 's' // a passcode.Sheet as JSON

// What the form says.
const (
	kindOpen        = 'o' // the window is up
	kindUnavailable = 'u' // it cannot be: why
	kindPasscode    = 'p' // what was typed
	kindCancel      = 'c'
	kindNotStarted  = 'n'
)

// errFrame is a conversation that is none of ours.
var errFrame = errors.New("the form's conversation is broken")

// writeFrame sends one frame in one write. The payload passes through no other
// memory than scratch, which must have room for it and the head.
func writeFrame(w io.Writer, kind byte, payload, scratch []byte) error {
	if len(payload) > 0xFFFF || headSize+len(payload) > cap(scratch) {
		return fmt.Errorf("%w: %d bytes in one frame", errFrame, len(payload))
	}
	frame := append(binary.BigEndian.AppendUint16(append(scratch[:0], kind), uint16(len(payload))), payload...)
	_, err := w.Write(frame)
	return err
}

// readFrame reads one frame into room, which bounds its payload. A clean end
// between two frames is io.EOF.
func readFrame(r io.Reader, room []byte) (kind byte, payload []byte, err error) {
	if cap(room) < headSize {
		return 0, nil, errFrame
	}
	room = room[:cap(room)]
	if _, err := io.ReadFull(r, room[:headSize]); err != nil {
		return 0, nil, err
	}
	kind, n := room[0], int(binary.BigEndian.Uint16(room[1:]))
	if n > len(room) {
		return 0, nil, fmt.Errorf("%w: a frame of %d bytes", errFrame, n)
	}
	if _, err := io.ReadFull(r, room[:n]); err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	return kind, room[:n], nil
}

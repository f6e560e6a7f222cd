//go:build linux && cgo

package keypad_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Codes of a reader's control (PC/SC part 10; pcsc-lite's reader.h).
const (
	featureRequest = 0x42000000 + 3400
	verifyDirect   = 0x42330006
)

// fake is the far end of testdata/ifd.c: a reader whose person types from a
// list. An entry of two bytes below 65 00 is the reader's own answer.
type fake struct {
	card  *emu.Card
	typed [][]byte

	mu    sync.Mutex
	asked [][]byte // PIN_VERIFY structures
}

// serve answers the IFD handler until it goes.
func (f *fake) serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go f.talk(c)
	}
}

func (f *fake) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	head := make([]byte, 3)
	for {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		data := make([]byte, binary.BigEndian.Uint16(head[1:]))
		if _, err := io.ReadFull(c, data); err != nil {
			return
		}
		answer := f.answer(head[0], data)
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

func (f *fake) answer(what byte, data []byte) []byte {
	switch what {
	case 'P':
		_ = f.card.Reset(context.Background())
		return f.card.ATR()
	case 'T':
		answer, _ := f.card.Transmit(context.Background(), data)
		return answer
	}
	switch binary.BigEndian.Uint32(data) {
	case featureRequest:
		return binary.BigEndian.AppendUint32([]byte{0x06, 4}, verifyDirect)
	case verifyDirect:
		return f.keys(data[4:])
	}
	return nil
}

// keys is the person at the keypad: the block of the structure's command takes
// the digits from the left.
func (f *fake) keys(structure []byte) []byte {
	f.mu.Lock()
	f.asked = append(f.asked, bytes.Clone(structure))
	typed := f.typed[min(len(f.asked), len(f.typed))-1]
	f.mu.Unlock()
	if len(typed) == 2 {
		return typed
	}
	command := bytes.Clone(structure[19:])
	copy(command[5:], typed)
	answer, _ := f.card.Transmit(context.Background(), command)
	return answer
}

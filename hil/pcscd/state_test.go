package pcscd_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
)

// daemon answers one client as pcscd 1.9.9 does, with one reader and a card.
func daemon(t *testing.T, status uint32, records []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		_, _ = io.ReadFull(c, make([]byte, 8+12))
		_ = binary.Write(c, binary.NativeEndian, []uint32{4, 4, status})
		_, _ = io.ReadFull(c, make([]byte, 8))
		_, _ = c.Write(records)
	}()
	return path
}

func states() []byte {
	b := make([]byte, 16*184)
	copy(b, "Virtual PCD 00 00")
	binary.NativeEndian.PutUint32(b[132:], 0x34) // present, powered, negotiable
	copy(b[140:], []byte{0x3B, 0x00})
	binary.NativeEndian.PutUint32(b[176:], 2)
	copy(b[184:], "Virtual PCD 00 01")
	binary.NativeEndian.PutUint32(b[184+132:], 0x02) // absent
	copy(b[2*184:], "Virtual PCD 00 02")
	binary.NativeEndian.PutUint32(b[2*184+132:], 0x0C) // present, swallowed
	return b
}

// Source: pcsc-lite 1.9.9 src/eventhandler.h. Turned red by: another layout.
func TestReadersReadsTheDaemonsTable(t *testing.T) {
	list, err := pcscd.Readers(t.Context(), daemon(t, 0, states()))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 || list[0].Name != "Virtual PCD 00 00" || !list[0].Present || list[0].Mute || len(list[0].ATR) != 2 || list[1].Present || !list[2].Present || !list[2].Mute {
		t.Errorf("readers %+v", list)
	}
}

// Turned red by: taking a dead or strange daemon for one without readers.
func TestReadersKnowsADeadDaemon(t *testing.T) {
	for name, socket := range map[string]string{
		"not there": filepath.Join(t.TempDir(), "s"),
		"cut short": daemon(t, 0, states()[:100]),
		"refuses":   daemon(t, 1, nil),
	} {
		if _, err := pcscd.Readers(t.Context(), socket); !errors.Is(err, pcscd.ErrNoAnswer) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

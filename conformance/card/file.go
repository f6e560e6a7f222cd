package card

import (
	"bytes"
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// selectsParent wants the master file's parameters, with the application's name.
func selectsParent(ctx context.Context, s *session) error {
	data, err := s.ask(ctx, "00A40300 00")
	if err != nil {
		return err
	}
	if id, _ := iso7816.Find(data, 0x62, 0x83); !bytes.Equal(id, []byte{0x3F, 0x00}) {
		return fmt.Errorf("the parent of 5015 is % X, not 3F 00", id)
	}
	return nil
}

func selectsQuietly(ctx context.Context, s *session) error {
	data, err := s.ask(ctx, "00A4000C 02 2F00 00")
	if err == nil && len(data) > 0 {
		err = fmt.Errorf("SELECT with P2 0C brings % X", data)
	}
	return err
}

// parametersOf selects by path and checks which fields come back.
func (s *session) parametersOf(ctx context.Context, path []byte, fields map[uint32]int) ([]byte, error) {
	data, err := s.wants(ctx, iso7816.Command{INS: 0xA4, P1: 0x08, Data: path, Le: iso7816.MaxShort})
	if err != nil {
		return nil, err
	}
	for tag, n := range fields {
		if value, ok := iso7816.Find(data, 0x62, tag); !ok || len(value) != n {
			return nil, fmt.Errorf("control parameters % X: %02X should have %d bytes", data, tag, n)
		}
	}
	if id, _ := iso7816.Find(data, 0x62, 0x83); !bytes.Equal(id, path[len(path)-2:]) {
		return nil, fmt.Errorf("control parameters % X: 83 should be % X", data, path[len(path)-2:])
	}
	return data, nil
}

// fileFields and directoryFields are the lengths of what control parameters
// hold: 80 size, 82 type, 83 identifier, 86 access rules.
var (
	fileFields      = map[uint32]int{0x80: 2, 0x82: 1, 0x83: 2, 0x86: 8}
	directoryFields = map[uint32]int{0x82: 1, 0x83: 2, 0x86: 6}
)

func parametersOfFile(ctx context.Context, s *session) error {
	_, err := s.parametersOf(ctx, []byte{0x50, 0x15, 0x50, 0x31}, fileFields)
	return err
}

func parametersOfDirectory(ctx context.Context, s *session) error {
	_, err := s.parametersOf(ctx, []byte{0x50, 0x15}, directoryFields)
	return err
}

// readsToSize reads a certificate, the longest file, byte for byte up to its
// size and wants the byte after to be refused.
func readsToSize(ctx context.Context, s *session) error {
	data, err := s.parametersOf(ctx, []byte{0x50, 0x15, 0x34, 0x01}, fileFields)
	if err != nil {
		return err
	}
	value, _ := iso7816.Find(data, 0x62, 0x80)
	size := int(value[0])<<8 | int(value[1])
	last := iso7816.Command{INS: 0xB0, P1: byte((size - 1) >> 8), P2: byte(size - 1), Le: 1}
	if got, err := s.wants(ctx, last); err != nil || len(got) != 1 {
		return fmt.Errorf("the last of %d bytes: %d come, %w", size, len(got), err)
	}
	_, err = s.wants(ctx, iso7816.Command{INS: 0xB0, P1: byte(size >> 8), P2: byte(size), Le: 1}, iso7816.OffsetOutside)
	return err
}

func readsFromOffset(ctx context.Context, s *session) error {
	if _, err := s.ask(ctx, "00A4080C 04 50153401"); err != nil {
		return err
	}
	whole, err := s.ask(ctx, "00B00000 80")
	if err != nil {
		return err
	}
	for _, offset := range []int{1, 7, 64, 127} {
		part, err := s.wants(ctx, iso7816.Command{INS: 0xB0, P2: byte(offset), Le: 1})
		if err != nil {
			return err
		}
		if !bytes.Equal(part, whole[offset:offset+1]) {
			return fmt.Errorf("at offset %d the file has % X, read from there it has % X", offset, whole[offset:offset+1], part)
		}
	}
	return nil
}

// inDirectory selects the PKCS#15 directory.
func inDirectory(ctx context.Context, s *session) error {
	_, err := s.ask(ctx, "00A4080C 02 5015")
	return err
}

// createsFile makes file B000 of 32 bytes that anybody may read and the
// passcode lets be changed.
func createsFile(want iso7816.SW) body {
	return say("00E00000 17 62 15 80020020 820101 8302B000 8608 0000000000010001", want)
}

// note is what writesFile writes.
var note = []byte("written by conformance")

func writesFile(ctx context.Context, s *session) error {
	if _, err := s.ask(ctx, "00A4000C 02 B000"); err != nil {
		return err
	}
	_, err := s.wants(ctx, iso7816.Command{INS: 0xD6, Data: note})
	return err
}

func readsFile(ctx context.Context, s *session) error {
	if _, err := s.ask(ctx, "00A4000C 02 B000"); err != nil {
		return err
	}
	got, err := s.ask(ctx, "00B00000 20")
	if err == nil && !bytes.HasPrefix(got, note) {
		err = fmt.Errorf("the file holds % X, not what was written", got)
	}
	return err
}

func productionData(ctx context.Context, s *session) error {
	data, err := s.ask(ctx, "00CA9F7F 2D")
	if err != nil {
		return err
	}
	cplc, ok := iso7816.Find(data, 0x9F7F)
	if !ok || len(cplc) != 42 || bytes.Equal(cplc[12:16], make([]byte, 4)) {
		return fmt.Errorf("the production data is % X, not 9F7F with 42 bytes and a serial number", data)
	}
	return nil
}

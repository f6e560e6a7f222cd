package card

import (
	"bytes"
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// fileAt reads a whole transparent file by its path from the master file.
func (s *session) fileAt(ctx context.Context, path []byte) ([]byte, error) {
	if _, err := s.wants(ctx, iso7816.Command{INS: 0xA4, P1: 0x08, P2: 0x0C, Data: path}); err != nil {
		return nil, err
	}
	var file []byte
	for {
		r, err := s.ch.Send(ctx, iso7816.Command{INS: 0xB0, P1: byte(len(file) >> 8), P2: byte(len(file)), Le: iso7816.MaxShort})
		if err != nil {
			return nil, err
		}
		if r.SW == iso7816.OffsetOutside && len(file) > 0 {
			return file, nil
		}
		if r.SW != iso7816.OK && r.SW != iso7816.EndOfFile {
			return nil, fmt.Errorf("reading %X at %d: %w", path, len(file), r.SW)
		}
		file = append(file, r.Data...)
		if len(r.Data) < iso7816.MaxShort || len(file) >= 1<<15 {
			return file, nil
		}
	}
}

// there wants a path from the master file to select.
func (s *session) there(ctx context.Context, path []byte) error {
	_, err := s.wants(ctx, iso7816.Command{INS: 0xA4, P1: 0x08, P2: 0x0C, Data: path})
	return err
}

// pkcs15 is the PKCS#15 application's identifier (ISO/IEC 7816-15 §6.4).
var pkcs15 = append([]byte{0xA0, 0x00, 0x00, 0x00, 0x63}, "PKCS-15"...)

func applicationThere(ctx context.Context, s *session) error {
	file, err := s.fileAt(ctx, []byte{0x2F, 0x00})
	if err != nil {
		return fmt.Errorf("EF.DIR: %w", err)
	}
	name, _ := iso7816.Find(file, 0x61, 0x4F)
	path, _ := iso7816.Find(file, 0x61, 0x51)
	if !bytes.Equal(name, pkcs15) || len(path) < 4 {
		return fmt.Errorf("EF.DIR names % X at % X, not PKCS#15", name, path)
	}
	if err := s.there(ctx, path); err != nil {
		return fmt.Errorf("EF.DIR leads to % X: %w", path, err)
	}
	return nil
}

// The choices of an EF.ODF entry (ISO/IEC 7816-15 §8.2).
const (
	privateKeyFiles  = 0xA0
	certificateFiles = 0xA4
	passcodeFiles    = 0xA8
)

// directoryFiles are the paths in EF.ODF by what they are of.
func (s *session) directoryFiles(ctx context.Context) (map[uint32][]byte, error) {
	file, err := s.fileAt(ctx, []byte{0x50, 0x15, 0x50, 0x31})
	if err != nil {
		return nil, fmt.Errorf("EF.ODF: %w", err)
	}
	list, err := iso7816.ParseTLVs(file)
	if err != nil {
		return nil, fmt.Errorf("EF.ODF does not parse: %w", err)
	}
	out := map[uint32][]byte{}
	for _, t := range list {
		path, ok := iso7816.Find(t.Value, 0x30, 0x04)
		if !ok {
			return nil, fmt.Errorf("the entry %X of EF.ODF has no path", t.Tag)
		}
		if err := s.there(ctx, path); err != nil {
			return nil, fmt.Errorf("EF.ODF leads to % X: %w", path, err)
		}
		out[t.Tag] = path
	}
	return out, nil
}

func objectsThere(ctx context.Context, s *session) error {
	files, err := s.directoryFiles(ctx)
	if err != nil {
		return err
	}
	for _, tag := range []uint32{privateKeyFiles, certificateFiles, passcodeFiles} {
		if files[tag] == nil {
			return fmt.Errorf("EF.ODF has no entry %X", tag)
		}
	}
	return nil
}

// entries are the objects of a directory file.
func (s *session) entries(ctx context.Context, kind uint32) ([][]byte, error) {
	files, err := s.directoryFiles(ctx)
	if err != nil {
		return nil, err
	}
	if files[kind] == nil {
		return nil, fmt.Errorf("EF.ODF has no entry %X", kind)
	}
	file, err := s.fileAt(ctx, files[kind])
	if err != nil {
		return nil, err
	}
	list, err := iso7816.ParseTLVs(file)
	if err != nil {
		return nil, fmt.Errorf("directory file %X does not parse: %w", files[kind], err)
	}
	var out [][]byte
	for _, t := range list {
		out = append(out, t.Value)
	}
	return out, nil
}

func certificatesThere(ctx context.Context, s *session) error {
	list, err := s.entries(ctx, certificateFiles)
	if err != nil {
		return err
	}
	if len(list) < 2 {
		return fmt.Errorf("the certificate directory has %d entries, not 2", len(list))
	}
	for i, entry := range list {
		path, ok := iso7816.Find(entry, 0xA1, 0x30, 0x30, 0x04)
		if !ok {
			return fmt.Errorf("entry %d of the certificate directory has no path", i)
		}
		file, err := s.fileAt(ctx, path)
		if err != nil {
			return fmt.Errorf("entry %d of the certificate directory leads to % X: %w", i, path, err)
		}
		if _, err := parse(file); err != nil {
			return fmt.Errorf("entry %d of the certificate directory leads to % X, no certificate: %w", i, path, err)
		}
	}
	return nil
}

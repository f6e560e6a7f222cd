package series8

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// maxFile bounds what is read of one file: certificates have about 2000 bytes.
const maxFile = 16 << 10

// selectPath selects by path from the master file, which itself may be left
// out, and returns the size that the file control parameters name; 0 for a
// directory (ISO/IEC 7816-4 §7.4, §11.2.2).
func (c *Card) selectPath(ctx context.Context, path []byte) (size int, err error) {
	path = bytes.TrimPrefix(path, []byte{0x3F, 0x00})
	r, err := c.send(ctx, iso7816.Command{INS: insSelect, P1: 0x08, Data: path, Le: iso7816.MaxShort})
	if err != nil {
		return 0, err
	}
	if r.SW != iso7816.OK {
		return 0, card.Unreadable(fmt.Sprintf("select % X", path), r.SW)
	}
	for _, template := range []uint32{0x62, 0x6F} {
		if b, ok := iso7816.Find(r.Data, template, 0x80); ok && len(b) == 2 {
			return int(b[0])<<8 | int(b[1]), nil
		}
	}
	return 0, nil
}

// file reads a file up to the end of its content, as enough judges it, and
// remembers it under its path.
func (c *Card) file(ctx context.Context, path []byte, enough func(soFar []byte) bool) ([]byte, error) {
	note := fmt.Sprintf("file %X", path)
	if known, ok := c.memory.Notes[note]; ok {
		return known, nil
	}
	size, err := c.selectPath(ctx, path)
	if err != nil {
		return nil, err
	}
	if size <= 0 || size > maxFile {
		return nil, card.Unreadable(note, fmt.Errorf("a size of %d bytes", size))
	}
	var content []byte
	for len(content) < size && !enough(content) {
		part, err := c.readAt(ctx, len(content), min(iso7816.MaxShort, size-len(content)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", note, err)
		}
		content = append(content, part...)
	}
	c.memory.Note(note, content)
	return content, nil
}

// readAt is one READ BINARY (ISO/IEC 7816-4 §11.3.3) of n bytes or fewer, at
// least one.
func (c *Card) readAt(ctx context.Context, offset, n int) ([]byte, error) {
	r, err := c.send(ctx, iso7816.Command{INS: insRead, P1: byte(offset >> 8), P2: byte(offset), Le: n})
	if err != nil {
		return nil, err
	}
	if r.SW != iso7816.OK && r.SW != iso7816.EndOfFile {
		return nil, card.Unreadable("READ BINARY", r.SW)
	}
	if len(r.Data) == 0 || len(r.Data) > n {
		return nil, card.Unreadable("READ BINARY", errors.New("a wrong number of bytes"))
	}
	return r.Data, nil
}

// directoryEnds holds when content ends in the unused tail of a directory.
func directoryEnds(content []byte) bool {
	for len(content) > 0 {
		if content[0] == 0x00 || content[0] == 0xFF {
			return true
		}
		_, rest, err := iso7816.ReadTLV(content)
		if err != nil {
			return false
		}
		content = rest
	}
	return false
}

// objectEnds holds when content has its first object whole: a certificate.
func objectEnds(content []byte) bool {
	_, _, err := iso7816.ReadTLV(content)
	return err == nil
}

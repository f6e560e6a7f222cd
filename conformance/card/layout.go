package card

import (
	"bytes"
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// field is one data element of an object.
type field struct {
	tag      uint32
	optional bool
}

func must(tags ...uint32) (out []field) {
	for _, t := range tags {
		out = append(out, field{tag: t})
	}
	return out
}

func may(tags ...uint32) (out []field) {
	for _, t := range tags {
		out = append(out, field{t, true})
	}
	return out
}

func fields(lists ...[]field) (out []field) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// layouts are the fields of each object in the order of SP 800-73-4 part 1
// appendix A.
func layouts() map[uint32][]field {
	certificate := fields(must(0x70, 0x71), may(0x72), must(0xFE))
	return map[uint32][]field{
		tagDiscovery:      must(0x4F, 0x5F2F),
		tagCCC:            fields(must(0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD), may(0xE3, 0xB4), must(0xFE)),
		tagCHUID:          fields(may(0xEE), must(0x30), may(0x32, 0x33), must(0x34, 0x35), may(0x36), must(0x3E, 0xFE)),
		tagPrinted:        fields(must(0x01, 0x02, 0x04, 0x05, 0x06), may(0x07, 0x08), must(0xFE)),
		tagAuthentication: certificate,
		tagCommitment:     certificate,
		tagManagement:     certificate,
		tagCardKey:        certificate,
		tagHistory:        fields(must(0xC1, 0xC2), may(0xF3), must(0xFE)),
		tagSecurity:       must(0xBA, 0xBB, 0xFE),
		tagMessaging:      fields(must(0x70, 0x71), may(0x7F21), must(0xFE)),
	}
}

// laidOut wants an object's fields to be the standard's, in its order.
func laidOut(tag uint32) body {
	return func(ctx context.Context, s *session) error {
		value, err := s.object(ctx, tag)
		if err != nil {
			return err
		}
		return inOrder(tag, value)
	}
}

func inOrder(tag uint32, value []byte) error {
	list, err := iso7816.ParseTLVs(value)
	if err != nil {
		return fmt.Errorf("object %X does not parse: %w", tag, err)
	}
	var got []string
	for _, t := range list {
		got = append(got, fmt.Sprintf("%X", t.Tag))
	}
	rest := list
	for _, f := range layouts()[tag] {
		if len(rest) > 0 && rest[0].Tag == f.tag {
			rest = rest[1:]
			continue
		}
		if !f.optional {
			return fmt.Errorf("object %X has the fields %v: %X is missing or out of order", tag, got, f.tag)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("object %X has the fields %v: %X is not the standard's or out of order", tag, got, rest[0].Tag)
	}
	return nil
}

// optionalObjects reads what a card may have and anybody may read.
func optionalObjects(ctx context.Context, s *session) error {
	for _, tag := range []uint32{tagManagement, tagCardKey, tagHistory, tagSecurity, tagMessaging} {
		r, err := s.get(ctx, tag)
		if err != nil {
			return err
		}
		if r.SW == iso7816.FileNotFound || bytes.Equal(r.Data, []byte{0x53, 0x00}) {
			continue
		}
		if r.SW == iso7816.OK && len(r.Data) == 0 {
			return fmt.Errorf("object %X is answered 9000 and empty: neither absent nor there", tag)
		}
		if err := laidOut(tag)(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

package card

import (
	"bytes"
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Tags of PIV's data objects (SP 800-73-4 part 1 table 3).
const (
	tagDiscovery      = 0x7E
	tagCHUID          = 0x5FC102
	tagAuthentication = 0x5FC105
	tagSecurity       = 0x5FC106
	tagCCC            = 0x5FC107
	tagPrinted        = 0x5FC109
	tagCommitment     = 0x5FC10A
	tagManagement     = 0x5FC10B
	tagCardKey        = 0x5FC101
	tagHistory        = 0x5FC10C
	tagMessaging      = 0x5FC122
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

// get is GET DATA of an object, whatever the answer.
func (s *session) get(ctx context.Context, tag uint32) (iso7816.Response, error) {
	return s.ch.Send(ctx, getDataOf(tag))
}

func getDataOf(tag uint32) iso7816.Command {
	name := []byte{byte(tag >> 16), byte(tag >> 8), byte(tag)}
	for len(name) > 1 && name[0] == 0 {
		name = name[1:]
	}
	return iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: iso7816.AppendTLV(nil, 0x5C, name), Le: iso7816.MaxShort}
}

// object reads an object that must be there and takes off its outer tag.
func (s *session) object(ctx context.Context, tag uint32) ([]byte, error) {
	r, err := s.get(ctx, tag)
	if err == nil {
		err = r.SW.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("object %X: %w", tag, err)
	}
	outer, _, err := iso7816.ReadTLV(r.Data)
	if err != nil {
		return nil, fmt.Errorf("object %X does not parse: %w", tag, err)
	}
	if want := outside(tag); outer.Tag != want {
		return nil, fmt.Errorf("object %X comes in tag %X, not %X", tag, outer.Tag, want)
	}
	return outer.Value, nil
}

// outside is the tag an object comes in.
func outside(tag uint32) uint32 {
	if tag == tagDiscovery {
		return tagDiscovery
	}
	return 0x53
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

// readable are the objects every card has that need no passcode.
var readable = []uint32{tagDiscovery, tagCCC, tagCHUID, tagAuthentication, tagCommitment}

func shortestLengths(ctx context.Context, s *session) error {
	return eachObject(ctx, s, func(tag uint32, outer iso7816.TLV, data, rest []byte) error {
		whole := data[:len(data)-len(rest)]
		if short := iso7816.AppendTLV(nil, outer.Tag, outer.Value); !bytes.Equal(whole, short) {
			return fmt.Errorf("object %X begins % X: the length form is not the shortest", tag, whole[:min(6, len(whole))])
		}
		return nil
	})
}

func nothingFollows(ctx context.Context, s *session) error {
	return eachObject(ctx, s, func(tag uint32, _ iso7816.TLV, _, rest []byte) error {
		if len(rest) > 0 {
			return fmt.Errorf("% X follow object %X", rest, tag)
		}
		return nil
	})
}

// eachObject shows every readable object to judge.
func eachObject(ctx context.Context, s *session, judge func(tag uint32, outer iso7816.TLV, data, rest []byte) error) error {
	for _, tag := range readable {
		data, err := s.wants(ctx, getDataOf(tag))
		if err != nil {
			return err
		}
		outer, rest, err := iso7816.ReadTLV(data)
		if err != nil {
			return fmt.Errorf("object %X does not parse: %w", tag, err)
		}
		if err := judge(tag, outer, data, rest); err != nil {
			return err
		}
	}
	return nil
}

// guarded wants object 5FC1xx to be refused.
func guarded(last byte) body {
	return func(ctx context.Context, s *session) error {
		_, err := s.wants(ctx, getDataOf(0x5FC100|uint32(last)), iso7816.SecurityStatus)
		if err != nil {
			err = fmt.Errorf("object 5FC1%02X: %w", last, err)
		}
		return err
	}
}

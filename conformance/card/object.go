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

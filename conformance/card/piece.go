package card

import (
	"bytes"
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// begin sends GET DATA and takes the first n bytes of the answer, so that the
// rest waits for GET RESPONSE: on T=1 by asking for n, on T=0 none come at once.
func (s *session) begin(ctx context.Context, tag uint32, n int) (iso7816.Response, error) {
	c := getDataOf(tag)
	c.Le = n
	raw, err := iso7816.Encode(s.card.Protocol(), c)
	if err != nil {
		return iso7816.Response{}, err
	}
	return s.transmit(ctx, raw)
}

// next is one GET RESPONSE for at most n bytes.
func (s *session) next(ctx context.Context, n int) (iso7816.Response, error) {
	return s.transmit(ctx, []byte{0, 0xC0, 0, 0, byte(n)}) // 256 wraps to 00
}

func partialRead(ctx context.Context, s *session) error {
	r, err := s.begin(ctx, tagCHUID, 8)
	if err != nil {
		return err
	}
	if _, more := r.SW.More(); !more || len(r.Data) != 8 {
		return fmt.Errorf("asked for eight bytes of the CHUID, the card brings %d and %04X", len(r.Data), uint16(r.SW))
	}
	return nil
}

// fetched reads an object in steps of n bytes and compares.
func fetched(tag uint32, n int) body {
	return func(ctx context.Context, s *session) error {
		whole, err := s.wants(ctx, getDataOf(tag))
		if err != nil {
			return err
		}
		r, err := s.begin(ctx, tag, n)
		got := bytes.Clone(r.Data)
		for err == nil && len(got) <= len(whole) {
			more, ok := r.SW.More()
			if !ok {
				break
			}
			r, err = s.next(ctx, min(n, more))
			got = append(got, r.Data...)
		}
		if err != nil {
			return err
		}
		if outer, rest, err := iso7816.ReadTLV(got); err != nil || len(rest) > 0 {
			return fmt.Errorf("object %X fetched in steps of %d is %d bytes, which its own length of %d does not fit: %w", tag, n, len(got), len(outer.Value), err)
		}
		if r.SW != iso7816.OK || !bytes.Equal(got, whole) {
			return fmt.Errorf("object %X fetched in steps of %d is %d bytes ending %04X, at once it is %d", tag, n, len(got), uint16(r.SW), len(whole))
		}
		return nil
	}
}

// discarded leaves an answer half fetched, asks something else and tries to go
// on.
func discarded(ctx context.Context, s *session) error {
	if r, err := s.begin(ctx, tagAuthentication, 8); err != nil {
		return err
	} else if _, more := r.SW.More(); !more {
		return fmt.Errorf("asked for eight bytes of a certificate, the card answers %04X, not 61xx", uint16(r.SW))
	}
	if _, err := s.ch.Send(ctx, iso7816.Command{INS: 0x20, P2: s.reference}); err != nil {
		return err
	}
	r, err := s.next(ctx, 8)
	if err != nil {
		return err
	}
	if len(r.Data) > 0 || r.SW == iso7816.OK {
		return fmt.Errorf("after another command GET RESPONSE still brings %d bytes and %04X", len(r.Data), uint16(r.SW))
	}
	return nil
}

func nothingPending(ctx context.Context, s *session) error {
	if _, err := s.ch.Send(ctx, iso7816.Command{INS: 0x20, P2: s.reference}); err != nil {
		return err
	}
	r, err := s.next(ctx, 16)
	if err == nil && r.SW != iso7816.ConditionsOfUse {
		err = fmt.Errorf("with nothing pending GET RESPONSE is answered %04X, not 6985", uint16(r.SW))
	}
	return err
}

func fetchedOnce(ctx context.Context, s *session) error {
	if err := fetched(tagCHUID, 32)(ctx, s); err != nil {
		return err
	}
	r, err := s.next(ctx, 16)
	if err == nil && (r.SW == iso7816.OK || len(r.Data) > 0) {
		err = fmt.Errorf("after an answer was fetched whole GET RESPONSE brings %d bytes and %04X", len(r.Data), uint16(r.SW))
	}
	return err
}

package card

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// wrongPUK is a PUK of the right shape that is not the card's.
func (s *session) wrongPUK() []byte {
	w := bytes.Clone(s.puk)
	w[0] = '0' + (w[0]-'0'+1)%10
	return w
}

// pivUnblock is RESET RETRY COUNTER with the PUK and the new passcode.
func pivUnblock(ctx context.Context, s *session, puk, fresh []byte) (iso7816.SW, error) {
	return s.hushed(ctx, iso7816.Command{INS: 0x2C, P2: s.reference, Data: append(s.fill(puk), s.fill(fresh)...)})
}

// authenticUnblock shows the PUK and then resets the counter.
func authenticUnblock(ctx context.Context, s *session, puk, fresh []byte) (iso7816.SW, error) {
	sw, err := s.hushed(ctx, iso7816.Command{INS: 0x20, P2: s.pukRef, Data: s.fill(puk)})
	if err != nil || sw != iso7816.OK {
		return sw, err
	}
	return s.hushed(ctx, iso7816.Command{INS: 0x2C, P1: 0x02, P2: s.reference, Data: s.fill(fresh)})
}

// unblocked opens a blocked passcode with the PUK and a new passcode.
func unblocked(ctx context.Context, s *session) error {
	sw, err := s.unblock(ctx, s, s.puk, s.fresh())
	return is("unblocking with the right PUK", sw, err, iso7816.OK)
}

func wrongUnblock(ctx context.Context, s *session) error {
	first, err := s.unblock(ctx, s, s.wrongPUK(), s.fresh())
	if err := counted("unblocking with a wrong PUK", first, err); err != nil {
		return err
	}
	second, err := s.unblock(ctx, s, s.wrongPUK(), s.fresh())
	if err != nil {
		return err
	}
	if a, b := first&0xF, second&0xF; second != iso7816.MethodBlocked && b != a-1 {
		return fmt.Errorf("two wrong PUKs are answered %04X and %04X", uint16(first), uint16(second))
	}
	return nil
}

// pukSpent shows wrong PUKs until none is left.
func pukSpent(ctx context.Context, s *session) error {
	for range 16 {
		sw, err := s.unblock(ctx, s, s.wrongPUK(), s.fresh())
		if err != nil || sw == iso7816.MethodBlocked {
			return err
		}
		if err := counted("unblocking with a wrong PUK", sw, err); err != nil {
			return err
		}
	}
	return errors.New("the PUK does not block after 16 wrong ones")
}

func pukBlocked(ctx context.Context, s *session) error {
	sw, err := s.unblock(ctx, s, s.puk, s.fresh())
	return is("unblocking with the right PUK, itself blocked,", sw, err, iso7816.MethodBlocked)
}

func unblockMalformed(ctx context.Context, s *session) error {
	sw, err := s.unblock(ctx, s, s.puk, []byte{'1'})
	return is("unblocking with a passcode of one character", sw, err, iso7816.WrongData)
}

func pukChanged(ctx context.Context, s *session) error {
	sw, err := s.change(ctx, s.pukRef, s.puk, s.wrongPUK())
	if err := is("a change of the PUK", sw, err, iso7816.OK); err != nil {
		return err
	}
	sw, err = s.unblock(ctx, s, s.puk, s.fresh())
	if err := counted("unblocking with the old PUK", sw, err); err != nil {
		return err
	}
	sw, err = s.unblock(ctx, s, s.wrongPUK(), s.fresh())
	return is("unblocking with the new PUK", sw, err, iso7816.OK)
}

// unblockedKeeping is AuthentIC's counter reset that brings no new passcode.
func unblockedKeeping(ctx context.Context, s *session) error {
	sw, err := s.hushed(ctx, iso7816.Command{INS: 0x20, P2: s.pukRef, Data: s.fill(s.puk)})
	if err := is("the right PUK", sw, err, iso7816.OK); err != nil {
		return err
	}
	_, err = s.ask(ctx, "002C0301")
	return err
}

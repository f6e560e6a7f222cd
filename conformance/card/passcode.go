package card

import (
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// fresh is another passcode that the card must take.
func (s *session) fresh() []byte { return s.wrong() }

// change is CHANGE REFERENCE DATA with the old value and the new one.
func (s *session) change(ctx context.Context, reference byte, old, fresh []byte) (iso7816.SW, error) {
	return s.hushed(ctx, iso7816.Command{INS: 0x24, P2: reference, Data: append(s.fill(old), s.fill(fresh)...)})
}

// hushed sends a command with secrets in it and clears them.
func (s *session) hushed(ctx context.Context, c iso7816.Command) (iso7816.SW, error) {
	defer clear(c.Data)
	r, err := s.ch.Send(ctx, c)
	return r.SW, err
}

// is wants a status word of something done; what says what it was.
func is(what string, got iso7816.SW, err error, want ...iso7816.SW) error {
	if err != nil {
		return err
	}
	for _, sw := range want {
		if sw == got {
			return nil
		}
	}
	return fmt.Errorf("%s is answered %04X, not %s", what, uint16(got), words(want))
}

// counted wants 63Cx.
func counted(what string, got iso7816.SW, err error) error {
	if _, ok := got.Retries(); err == nil && !ok {
		err = fmt.Errorf("%s is answered %04X, not 63Cx", what, uint16(got))
	}
	return err
}

// newPasscodeWorks wants the new passcode to be right and, after a reset, the
// old one to be wrong.
func newPasscodeWorks(ctx context.Context, s *session) error {
	sw, err := s.verify(ctx, s.fresh())
	if err := is("the new passcode", sw, err, iso7816.OK); err != nil {
		return err
	}
	if err := s.again(ctx); err != nil {
		return err
	}
	sw, err = s.verify(ctx, s.passcode)
	return counted("the old passcode", sw, err)
}

func changed(ctx context.Context, s *session) error {
	sw, err := s.change(ctx, s.reference, s.passcode, s.fresh())
	return is("a change from the right passcode to a new one", sw, err, iso7816.OK)
}

func changeWrongOld(ctx context.Context, s *session) error {
	before, err := s.tries(ctx)
	if err != nil {
		return err
	}
	sw, err := s.change(ctx, s.reference, s.wrong(), s.fresh())
	if err := counted("a change from a wrong passcode", sw, err); err != nil {
		return err
	}
	if after, err := s.tries(ctx); err != nil || after != before-1 {
		return errors.Join(err, fmt.Errorf("a change from a wrong passcode left %d tries of %d", after, before))
	}
	return s.login(ctx)
}

// changeMalformedNew wants a new value that no passcode can have to be refused
// and the old one to be right still.
func changeMalformedNew(ctx context.Context, s *session) error {
	sw, err := s.change(ctx, s.reference, s.passcode, []byte{'1'})
	if err := is("a change to a passcode of one character", sw, err, iso7816.WrongData); err != nil {
		return err
	}
	return s.login(ctx)
}

func changeBlocked(ctx context.Context, s *session) error {
	sw, err := s.change(ctx, s.reference, s.passcode, s.fresh())
	return is("a change of the blocked passcode", sw, err, iso7816.MethodBlocked)
}

func changeLength(ctx context.Context, s *session) error {
	sw, err := s.hushed(ctx, iso7816.Command{INS: 0x24, P2: s.reference, Data: s.fill(s.passcode)})
	return is("a change that brings one value", sw, err, iso7816.WrongLength, iso7816.WrongData)
}

// fullTries wants as many tries as the card had before anything was spent.
func fullTries(spend, restore body) body {
	return func(ctx context.Context, s *session) error {
		before, err := s.tries(ctx)
		if err != nil {
			return err
		}
		if err := steps(spend, restore, restarted)(ctx, s); err != nil {
			return err
		}
		after, err := s.tries(ctx)
		if err == nil && after != before {
			err = fmt.Errorf("%d tries are left of %d", after, before)
		}
		return err
	}
}

func stillBlocked(ctx context.Context, s *session) error {
	sw, err := s.verify(ctx, s.passcode)
	return is("the right passcode of a blocked card", sw, err, iso7816.MethodBlocked)
}

// spentOne wants a try that was spent before do to be spent after it.
func spentOne(do body) body {
	return func(ctx context.Context, s *session) error {
		before, err := s.tries(ctx)
		if err != nil {
			return err
		}
		if err := steps(mistaken, do)(ctx, s); err != nil {
			return err
		}
		after, err := s.tries(ctx)
		if err == nil && after != before-1 {
			err = fmt.Errorf("%d tries of %d are left after a wrong passcode", after, before)
		}
		return err
	}
}

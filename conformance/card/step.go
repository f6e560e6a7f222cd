package card

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// body is what a check does with a card whose application is selected. Bodies
// are put together from steps.
type body = func(ctx context.Context, s *session) error

// needs is a card with these features.
func needs(features ...target.Feature) []target.Feature {
	return append([]target.Feature{target.Card}, features...)
}

// steps does one after the other and stops at the first error.
func steps(list ...body) body {
	return func(ctx context.Context, s *session) error {
		for _, do := range list {
			if err := do(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}
}

// say sends one command, written in hexadecimal as T=1 carries it, and wants
// one of the status words.
func say(command string, want ...iso7816.SW) body {
	return func(ctx context.Context, s *session) error {
		_, err := s.ask(ctx, command, want...)
		return err
	}
}

// ask is say with the data that came.
func (s *session) ask(ctx context.Context, command string, want ...iso7816.SW) ([]byte, error) {
	raw, err := hex.DecodeString(strings.ReplaceAll(command, " ", ""))
	if err != nil {
		return nil, suite.Broken{Err: err}
	}
	c, err := iso7816.ParseCommand(raw)
	if err != nil {
		return nil, suite.Broken{Err: err}
	}
	return s.wants(ctx, c, want...)
}

// wants sends a command and wants one of the status words; without any, 9000.
func (s *session) wants(ctx context.Context, c iso7816.Command, want ...iso7816.SW) ([]byte, error) {
	if len(want) == 0 {
		want = []iso7816.SW{iso7816.OK}
	}
	r, err := s.ch.Send(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c, err)
	}
	if !slices.Contains(want, r.SW) {
		return nil, fmt.Errorf("%s is answered %04X, not %s", c, uint16(r.SW), words(want))
	}
	return r.Data, nil
}

func words(list []iso7816.SW) string {
	var out []string
	for _, sw := range list {
		out = append(out, fmt.Sprintf("%04X", uint16(sw)))
	}
	return strings.Join(out, " or ")
}

// verified shows the right passcode.
func verified(ctx context.Context, s *session) error { return s.login(ctx) }

// restarted resets the card and selects the application again.
func restarted(ctx context.Context, s *session) error { return s.again(ctx) }

// chosen selects the application.
func chosen(ctx context.Context, s *session) error { return s.choose(ctx) }

// status wants VERIFY without data to be answered so.
func status(want iso7816.SW) body {
	return func(ctx context.Context, s *session) error {
		_, err := s.wants(ctx, iso7816.Command{INS: 0x20, P2: s.reference}, want)
		if err != nil {
			err = fmt.Errorf("asked whether the passcode is verified: %w", err)
		}
		return err
	}
}

// unverified wants VERIFY without data to say how many tries are left, which it
// does only while the passcode is not verified.
func unverified(ctx context.Context, s *session) error {
	_, err := s.tries(ctx)
	if err != nil {
		err = fmt.Errorf("the passcode should not be verified now: %w", err)
	}
	return err
}

// mistaken shows a wrong passcode.
func mistaken(ctx context.Context, s *session) error {
	sw, err := s.verify(ctx, s.wrong())
	if err == nil && sw == iso7816.OK {
		err = errors.New("a wrong passcode is answered 9000")
	}
	return err
}

// spent shows wrong passcodes until none is left.
func spent(ctx context.Context, s *session) error {
	for range 16 {
		sw, err := s.verify(ctx, s.wrong())
		if err != nil || sw == iso7816.MethodBlocked {
			return err
		}
	}
	return errors.New("the card does not block after 16 wrong passcodes")
}

// sparing wants the tries left to be the same after do as before it.
func sparing(do body) body {
	return func(ctx context.Context, s *session) error {
		before, err := s.tries(ctx)
		if err != nil {
			return err
		}
		failed := do(ctx, s)
		after, err := s.tries(ctx)
		if err == nil && after != before {
			err = fmt.Errorf("it left %d tries of %d", after, before)
		}
		return errors.Join(failed, err)
	}
}

// replugged takes the card out and puts it back in.
func replugged(ctx context.Context, s *session) error {
	if err := s.t.Rig.Remove(ctx); err != nil {
		return suite.Broken{Err: err}
	}
	if err := s.t.Rig.Insert(ctx); err != nil {
		return suite.Broken{Err: err}
	}
	_ = s.card.Close()
	c, err := s.t.Connect(ctx)
	if err != nil {
		return bench(err)
	}
	s.card, s.ch = c, iso7816.Channel{Card: c, Protocol: c.Protocol()}
	return s.choose(ctx)
}

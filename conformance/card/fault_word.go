package card

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

func refusalsNamed(ctx context.Context, s *session) error {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: insSelect, P1: 0x04, Data: []byte("no such app"), Le: iso7816.MaxShort})
	if err != nil {
		return err
	}
	unknown, err := s.transmit(ctx, []byte{0, 0xF0, 0, 0, 0})
	if err != nil {
		return err
	}
	if r.SW != iso7816.FileNotFound || unknown.SW != iso7816.INSUnknown {
		return fmt.Errorf("an unknown application is answered %04X and an unknown instruction %04X, not 6A82 and 6D00", uint16(r.SW), uint16(unknown.SW))
	}
	return nil
}

func wrongNeverGood(ctx context.Context, s *session) error {
	sw, err := s.verify(ctx, s.wrong())
	if err == nil && sw == iso7816.OK {
		err = errors.New("a wrong passcode is answered 9000")
	}
	return err
}

func wrongCounted(ctx context.Context, s *session) error {
	sw, err := s.verify(ctx, s.wrong())
	if err != nil {
		return err
	}
	if _, counts := sw.Retries(); !counts && sw != iso7816.MethodBlocked {
		return fmt.Errorf("a wrong passcode is answered %04X, which does not say how many tries are left", uint16(sw))
	}
	return nil
}

func triesTold(ctx context.Context, s *session) error {
	_, err := s.tries(ctx)
	return err
}

func verifiedTold(ctx context.Context, s *session) error {
	if err := s.login(ctx); err != nil {
		return err
	}
	r, err := s.ch.Send(ctx, iso7816.Command{INS: insVerify, P2: s.reference})
	if err == nil && r.SW != iso7816.OK {
		err = fmt.Errorf("asked after the right passcode, the card answers %04X, not 9000", uint16(r.SW))
	}
	return err
}

func lastTryAnswered(ctx context.Context, s *session) error {
	left, err := s.tries(ctx)
	if err != nil || left == 0 {
		return errors.Join(err, fmt.Errorf("%d tries are left", left))
	}
	var sw iso7816.SW
	for range left {
		if sw, err = s.verify(ctx, s.wrong()); err != nil {
			return err
		}
	}
	if sw != 0x63C0 {
		return fmt.Errorf("the wrong passcode that spends the last try is answered %04X, not 63C0", uint16(sw))
	}
	return nil
}

func blockedTold(ctx context.Context, s *session) error {
	for range 15 {
		sw, err := s.verify(ctx, s.wrong())
		if err != nil {
			return err
		}
		if left, counts := sw.Retries(); counts && left > 0 {
			continue
		}
		break
	}
	sw, err := s.verify(ctx, s.passcode)
	if err == nil && sw != iso7816.MethodBlocked {
		err = fmt.Errorf("a blocked passcode is answered %04X, not 6983", uint16(sw))
	}
	return err
}

func paddingFF(ctx context.Context, s *session) error {
	sw, err := s.verify(ctx, s.passcode)
	if err != nil {
		return err
	}
	if _, wrong := sw.Retries(); wrong {
		return fmt.Errorf("the right passcode, filled up with FF, is answered %04X", uint16(sw))
	}
	return nil
}

func certificatesFree(ctx context.Context, s *session) error {
	for _, k := range []key{authentication, commitment} {
		if _, err := s.certificate(ctx, s.ch, k); errors.Is(err, iso7816.SecurityStatus) {
			return fmt.Errorf("the %v certificate cannot be read without the passcode: %w", k, err)
		}
	}
	return nil
}

// otherForgets selects the card manager, which every GlobalPlatform card has. A
// card without it has nothing to select, and nothing to forget for.
func otherForgets(ctx context.Context, s *session) error {
	if err := s.login(ctx); err != nil {
		return err
	}
	manager := []byte{0xA0, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00}
	r, err := s.ch.Send(ctx, iso7816.Command{INS: insSelect, P1: 0x04, Data: manager, Le: iso7816.MaxShort})
	if err != nil || r.SW != iso7816.OK {
		return err
	}
	if err := s.choose(ctx); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("another application"))
	if out, err := s.sign(ctx, s.ch, authentication, append(bytes.Clone(prefix[crypto.SHA256]), digest[:]...)); err == nil {
		return fmt.Errorf("after another application was selected the authentication key still signs: %d bytes, %.4X…", len(out), out)
	}
	return nil
}

// pukKnown sets the passcode to what it is.
func pukKnown(ctx context.Context, s *session) error {
	puk, fresh := s.fill([]byte(s.t.PUK)), s.fill(s.passcode)
	unblock := iso7816.Command{INS: insUnblock, P2: s.reference, Data: append(bytes.Clone(puk), fresh...)}
	if s.t.Application() == target.AuthentIC {
		r, err := s.ch.Send(ctx, iso7816.Command{INS: insVerify, P2: 0x02, Data: puk})
		if err != nil || r.SW != iso7816.OK {
			return errors.Join(err, fmt.Errorf("the PUK is answered %04X", uint16(r.SW)))
		}
		unblock.P1, unblock.Data = 0x02, fresh
	}
	r, err := s.ch.Send(ctx, unblock)
	if err == nil && r.SW != iso7816.OK {
		err = fmt.Errorf("unblocking with the PUK is answered %04X", uint16(r.SW))
	}
	return err
}

func notWithdrawn(_ context.Context, s *session) error {
	_, err := series.Find(s.card.ATR())
	var retired card.RetiredError
	if errors.As(err, &retired) {
		return err
	}
	return nil
}

// acrossPower runs one body, takes the card out and puts it back, and runs
// another; the card is restored whatever happens. Each has a connection of its
// own: one that outlives its card can hold the reader.
func acrossPower(ctx context.Context, t *target.Target, first, second func(context.Context, *session) error) error {
	run := func() error {
		if err := with(first)(ctx, t); err != nil {
			return err
		}
		if err := errors.Join(t.Rig.Remove(ctx), t.Rig.Insert(ctx)); err != nil {
			return suite.Broken{Err: err}
		}
		return with(second)(ctx, t)
	}
	err := suite.Blame(ctx, t, run())
	if failed := t.Rig.Restore(context.WithoutCancel(ctx)); failed != nil {
		return errors.Join(err, suite.Broken{Err: failed})
	}
	return err
}

func powerKeepsCounter(ctx context.Context, t *target.Target) error {
	var before int
	return acrossPower(ctx, t, func(ctx context.Context, s *session) (err error) {
		if before, err = s.tries(ctx); err == nil {
			_, err = s.verify(ctx, s.wrong())
		}
		return err
	}, func(ctx context.Context, s *session) error {
		after, err := s.tries(ctx)
		if err == nil && after != before-1 {
			err = fmt.Errorf("after a wrong passcode and a loss of power %d tries of %d are left", after, before)
		}
		return err
	})
}

// changed is another passcode than the card's.
func (s *session) changed() []byte {
	return append(bytes.Clone(s.wrong()[1:]), '7')
}

// changes is CHANGE REFERENCE DATA from one passcode to another.
func (s *session) changes(ctx context.Context, from, to []byte) (iso7816.SW, error) {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: insChange, P2: s.reference, Data: append(s.fill(from), s.fill(to)...)})
	return r.SW, err
}

func roomToChange(ctx context.Context, s *session) error {
	sw, err := s.changes(ctx, s.passcode, s.changed())
	if err == nil && sw != iso7816.OK {
		err = fmt.Errorf("changing the passcode is answered %04X", uint16(sw))
	}
	return err
}

// changeWhole wants one of the two passcodes to be the right one afterwards,
// also if the card left in between.
func changeWhole(ctx context.Context, t *target.Target) error {
	return acrossPower(ctx, t, func(ctx context.Context, s *session) error {
		_, err := s.changes(ctx, s.passcode, s.changed())
		if errors.Is(err, reader.ErrRemoved) {
			return nil
		}
		return err
	}, func(ctx context.Context, s *session) error {
		var said []iso7816.SW
		for _, p := range [][]byte{s.passcode, s.changed()} {
			sw, err := s.verify(ctx, p)
			if err != nil || sw == iso7816.OK {
				return err
			}
			said = append(said, sw)
		}
		return fmt.Errorf("after a change of the passcode neither the old nor the new one is right: they are answered %v", said)
	})
}

func personalised(ctx context.Context, s *session) error {
	_, err := s.certificate(ctx, s.ch, authentication)
	if err != nil {
		return fmt.Errorf("the card is not personalised: %w", err)
	}
	left, err := s.tries(ctx)
	if err == nil && left == 0 {
		err = errors.New("the card is not personalised, or blocked: no try is left")
	}
	return err
}

func signatureLength(ctx context.Context, s *session) error {
	c, err := s.read(ctx, authentication)
	if err != nil {
		return err
	}
	if err := s.login(ctx); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("length"))
	signature, err := s.sign(ctx, s.ch, authentication, append(bytes.Clone(prefix[crypto.SHA256]), digest[:]...))
	if err != nil {
		return err
	}
	if k, ok := c.PublicKey.(*rsa.PublicKey); !ok || len(signature) != k.Size() {
		return fmt.Errorf("a signature has %d bytes, the modulus another number", len(signature))
	}
	return nil
}

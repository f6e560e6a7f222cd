package card

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1" // the hash of RS1
	_ "crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// session is a card powered and held for one check.
type session struct {
	dialect
	card     reader.Card
	ch       iso7816.Channel
	passcode []byte
	puk      []byte
	t        *target.Target
}

// with runs a check's body in a transaction on a freshly reset card with its
// application selected. A card that cannot be had at all is the bench's matter.
func with(body func(ctx context.Context, s *session) error) func(context.Context, *target.Target) error {
	return raw(func(ctx context.Context, s *session) error {
		if err := s.choose(ctx); err != nil {
			return err
		}
		return body(ctx, s)
	})
}

// raw is with before the application is selected.
func raw(body func(ctx context.Context, s *session) error) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) (err error) {
		d, ok := dialects[t.Application()]
		if !ok {
			return suite.Broken{Err: fmt.Errorf("the card claims none of the applications that are known here (series %q)", t.Series)}
		}
		c, err := t.Connect(ctx)
		if err != nil {
			return bench(err)
		}
		s := &session{dialect: d, card: c, ch: iso7816.Channel{Card: c, Protocol: c.Protocol()}, passcode: []byte(t.Passcode), puk: []byte(t.PUK), t: t}
		defer func() {
			// Nobody inherits a passcode that a check verified. The card may
			// be gone by now, which is the check's own matter.
			_ = s.card.Reset(context.WithoutCancel(ctx))
			_ = s.card.Close()
		}()
		if err := c.Reset(ctx); err != nil {
			return bench(err)
		}
		end, err := c.Begin(ctx)
		if err != nil {
			return bench(err)
		}
		defer end()
		return body(ctx, s)
	}
}

// restoring is with for a check that spends tries or writes: the rig brings the
// card back as it was, whatever happened.
func restoring(body func(ctx context.Context, s *session) error) func(context.Context, *target.Target) error {
	run := with(body)
	return func(ctx context.Context, t *target.Target) error {
		return restored(ctx, t, run(ctx, t))
	}
}

// mending is restoring for a check that leaves the card as it found it when it
// passes: what it tries is refused, or it gives the try back. The rig, which
// takes its time, is wanted only when it does not pass.
func mending(body func(ctx context.Context, s *session) error) func(context.Context, *target.Target) error {
	run := with(body)
	return func(ctx context.Context, t *target.Target) error {
		err := run(ctx, t)
		if err == nil {
			return nil
		}
		return restored(ctx, t, err)
	}
}

// restored looks at the bench for the sake of err and has the rig restore the
// card.
func restored(ctx context.Context, t *target.Target, err error) error {
	err = suite.Blame(ctx, t, err)
	if failed := t.Rig.Restore(context.WithoutCancel(ctx)); failed != nil {
		return errors.Join(err, suite.Broken{Err: failed})
	}
	return err
}

// bench sorts what a dead reader says from what a card says.
func bench(err error) error {
	for _, kind := range []error{reader.ErrNoService, reader.ErrNoReader, reader.ErrNoCard, reader.ErrBusy} {
		if errors.Is(err, kind) {
			return suite.Broken{Err: err, Bench: true}
		}
	}
	return fmt.Errorf("the card cannot be powered: %w", err)
}

func (s *session) choose(ctx context.Context) error {
	if _, err := s.ch.Check(ctx, iso7816.Command{INS: 0xA4, P1: 0x04, Data: s.aid, Le: iso7816.MaxShort}); err != nil {
		return fmt.Errorf("the application does not select: %w", err)
	}
	return nil
}

// tries asks for the counter without spending a try.
func (s *session) tries(ctx context.Context) (int, error) {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: 0x20, P2: s.reference})
	if err != nil {
		return 0, err
	}
	if left, ok := r.SW.Retries(); ok {
		return left, nil
	}
	if r.SW == iso7816.MethodBlocked {
		return 0, nil
	}
	return 0, fmt.Errorf("asked for the tries left, the card answers %w", r.SW)
}

// verify sends a passcode padded as the series wants.
func (s *session) verify(ctx context.Context, passcode []byte) (iso7816.SW, error) {
	block := s.fill(passcode)
	defer clear(block)
	return s.verifyBlock(ctx, block)
}

// fill is a passcode as it travels.
func (s *session) fill(passcode []byte) []byte {
	return append(bytes.Clone(passcode), bytes.Repeat([]byte{0xFF}, max(0, s.padded-len(passcode)))...)
}

func (s *session) verifyBlock(ctx context.Context, block []byte) (iso7816.SW, error) {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: 0x20, P2: s.reference, Data: block})
	return r.SW, err
}

// wrong is a passcode of the right shape that is not the card's.
func (s *session) wrong() []byte {
	w := bytes.Clone(s.passcode)
	w[len(w)-1] = '0' + (w[len(w)-1]-'0'+1)%10
	return w
}

func (s *session) login(ctx context.Context) error {
	sw, err := s.verify(ctx, s.passcode)
	if err == nil && sw != iso7816.OK {
		err = fmt.Errorf("the right passcode is answered %w", sw)
	}
	return err
}

func (s *session) read(ctx context.Context, k key) (*x509.Certificate, error) {
	file, err := s.certificate(ctx, s.ch, k)
	if err != nil {
		return nil, fmt.Errorf("%v certificate: %w", k, err)
	}
	c, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("%v certificate does not parse: %w", k, err)
	}
	return c, nil
}

// prefix is the DigestInfo up to the digest (RFC 8017 §9.2, note 1).
var prefix = map[crypto.Hash][]byte{
	crypto.SHA1:   {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14},
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
}

// signs lets the card sign and verifies with its own certificate.
func (s *session) signs(ctx context.Context, k key, h crypto.Hash) error {
	certificate, err := s.read(ctx, k)
	if err != nil {
		return err
	}
	if err := s.login(ctx); err != nil {
		return err
	}
	w := h.New()
	fmt.Fprintf(w, "conformance of %s with %v", s.t.Cell, h)
	digest := w.Sum(nil)
	signature, err := s.sign(ctx, s.ch, k, append(bytes.Clone(prefix[h]), digest...))
	if err != nil {
		return fmt.Errorf("the %v key does not sign: %w", k, err)
	}
	public, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return fmt.Errorf("the %v certificate's key is no RSA key", k)
	}
	if err := rsa.VerifyPKCS1v15(public, h, digest, signature); err != nil {
		return fmt.Errorf("the %v key's signature does not verify with its certificate: %w; %s", k, err, opened(public, signature))
	}
	return nil
}

// SignsUnasked reports whether the card signs right now for somebody who shows
// no passcode and resets nothing.
func SignsUnasked(ctx context.Context, t *target.Target) (bool, error) {
	d, ok := dialects[t.Application()]
	if !ok {
		return false, suite.Broken{Err: fmt.Errorf("the card claims none of the applications that are known here (series %q)", t.Series)}
	}
	c, err := t.Connect(ctx)
	if err != nil {
		return false, bench(err)
	}
	defer c.Close()
	s := &session{dialect: d, card: c, ch: iso7816.Channel{Card: c, Protocol: c.Protocol()}, t: t}
	if err := s.choose(ctx); err != nil {
		return false, err
	}
	info := append(bytes.Clone(prefix[crypto.SHA256]), make([]byte, 32)...)
	_, err = s.sign(ctx, s.ch, authentication, info)
	if errors.Is(err, iso7816.SecurityStatus) {
		return false, nil
	}
	return err == nil, err
}

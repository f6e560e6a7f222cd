package card

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// conversation is what a sign-in reads before it asks for the passcode.
func conversation(ctx context.Context, s *session) error {
	for range 2 {
		if _, err := s.tries(ctx); err != nil {
			return err
		}
		if err := certificatesParse(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func askAfterPasscode(ctx context.Context, s *session) error {
	if err := s.login(ctx); err != nil {
		return err
	}
	if _, err := s.ch.Send(ctx, iso7816.Command{INS: insVerify, P2: s.reference}); err != nil {
		return fmt.Errorf("the command after the passcode, 00 20 00 %02X, has no answer: %w", s.reference, err)
	}
	return nil
}

func passcodeHolds(ctx context.Context, s *session) error {
	err := authenticationSHA256(ctx, s)
	if errors.Is(err, iso7816.SecurityStatus) {
		return fmt.Errorf("after the right passcode the card has forgotten it: %w", err)
	}
	return err
}

// selectNow is SELECT of the application, byte for byte.
func (s *session) selectNow() []byte {
	command, _ := iso7816.Encode(s.ch.Protocol, iso7816.Command{INS: insSelect, P1: 0x04, Data: s.aid, Le: iso7816.MaxShort})
	return command
}

// prompt gives a busy host a second chance: a slow card needs both.
func prompt(ctx context.Context, s *session) error {
	const limit = 500 * time.Millisecond
	var took time.Duration
	for range 2 {
		start := time.Now()
		if _, err := s.transmit(ctx, s.selectNow()); err != nil {
			return err
		}
		if took = time.Since(start); took <= limit {
			return nil
		}
	}
	return fmt.Errorf("SELECT is twice not answered within half a second, the second time after %v", took.Round(time.Millisecond))
}

// timed is a card whose exchanges end after a limit.
type timed struct {
	iso7816.Transmitter
	limit time.Duration
}

// Transmit says which command was not answered.
func (t timed) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	limited, stop := context.WithTimeout(ctx, t.limit)
	defer stop()
	header := bytes.Clone(command[:4])
	answer, err := t.Transmitter.Transmit(limited, command)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("% X is not answered within %v", header, t.limit)
	}
	return answer, err
}

// answers gives each command 900 ms: more than any that does not sign takes.
func answers(ctx context.Context, s *session) error {
	s.ch.Card = timed{s.card, 900 * time.Millisecond}
	if err := s.choose(ctx); err != nil {
		return err
	}
	return conversation(ctx, s)
}

// signsInTime gives a signature two seconds: real ones take less than one.
func signsInTime(ctx context.Context, s *session) error {
	s.ch.Card = timed{s.card, 2 * time.Second}
	return authenticationSHA256(ctx, s)
}

func firstCommand(ctx context.Context, s *session) error {
	r, err := s.transmit(ctx, s.selectNow())
	if err != nil {
		return err
	}
	if _, more := r.SW.More(); r.SW != iso7816.OK && !more {
		return fmt.Errorf("the first command after a reset, SELECT, is answered %04X", uint16(r.SW))
	}
	return nil
}

// sameATR takes the card out and back in, for the cold answer, and resets it.
func sameATR(ctx context.Context, t *target.Target) error {
	if err := t.Rig.Remove(ctx); err != nil {
		return suite.Broken{Err: err}
	}
	if err := t.Rig.Insert(ctx); err != nil {
		return suite.Broken{Err: err}
	}
	c, err := t.Connect(ctx)
	if err != nil {
		return bench(err)
	}
	defer c.Close()
	cold := bytes.Clone(c.ATR())
	if err := c.Reset(ctx); err != nil {
		return bench(err)
	}
	if warm := c.ATR(); !bytes.Equal(cold, warm) {
		return fmt.Errorf("a warm reset is answered % X, power-up % X", warm, cold)
	}
	return nil
}

// inStep asks three things whose answers cannot be taken for one another.
func inStep(ctx context.Context, s *session) error {
	if _, err := s.transmit(ctx, s.selectNow()); err != nil {
		return err
	}
	ask, _ := iso7816.Encode(s.ch.Protocol, iso7816.Command{INS: insVerify, P2: s.reference})
	r, err := s.transmit(ctx, ask)
	if err != nil {
		return err
	}
	if _, counts := r.SW.Retries(); !counts && r.SW != iso7816.MethodBlocked {
		return fmt.Errorf("asked for the tries left, the card does not give that command's own answer: %04X", uint16(r.SW))
	}
	if r, err = s.transmit(ctx, []byte{0, 0xF0, 0, 0, 0}); err != nil {
		return err
	}
	if _, counts := r.SW.Retries(); counts || r.SW == iso7816.MethodBlocked {
		return fmt.Errorf("instruction F0 does not get its own answer: %04X", uint16(r.SW))
	}
	return nil
}

// measured is a card whose answers may not be longer than asked for.
type measured struct{ iso7816.Transmitter }

// Transmit counts the bytes before the status word.
func (m measured) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	header := bytes.Clone(command[:4])
	answer, err := m.Transmitter.Transmit(ctx, command)
	if err == nil && len(answer) > iso7816.MaxShort+2 {
		err = fmt.Errorf("% X brings %d bytes, more than the 256 that were asked for", header, len(answer)-2)
	}
	return answer, err
}

func noMoreThanAsked(ctx context.Context, s *session) error {
	s.ch.Card = measured{s.card}
	return certificatesParse(ctx, s)
}

// block is the first block of the authentication certificate's container.
func (s *session) block(ctx context.Context, le int) (iso7816.Response, error) {
	command, err := s.blockCommand(ctx, le)
	if err != nil {
		return iso7816.Response{}, err
	}
	bytes, err := iso7816.Encode(s.ch.Protocol, command)
	if err != nil {
		return iso7816.Response{}, err
	}
	return s.transmit(ctx, bytes)
}

// blockCommand selects the container where that takes a command of its own.
func (s *session) blockCommand(ctx context.Context, le int) (iso7816.Command, error) {
	if s.t.Application() == target.PIV {
		return iso7816.Command{INS: insGetData, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 3, 0x5F, 0xC1, 0x05}, Le: le}, nil
	}
	_, err := s.ch.Check(ctx, iso7816.Command{INS: insSelect, P1: 0x08, Data: []byte{0x50, 0x15, 0x34, 0x01}, Le: 255})
	return iso7816.Command{INS: insRead, Le: le}, err
}

func readBrings(ctx context.Context, s *session) error {
	command, err := s.blockCommand(ctx, iso7816.MaxShort)
	if err != nil {
		return err
	}
	data, err := s.ch.Check(ctx, command)
	if err == nil && len(data) == 0 {
		err = fmt.Errorf("reading the authentication certificate is answered 9000 and brings nothing: %d bytes", len(data))
	}
	return err
}

func containers(ctx context.Context, s *session) error {
	for _, k := range []key{authentication, commitment} {
		file, err := s.certificate(ctx, s.ch, k)
		if err != nil {
			return fmt.Errorf("the %v certificate is not in its container: %w", k, err)
		}
		if t, _, err := iso7816.ReadTLV(file); err != nil || t.Tag != 0x30 {
			return fmt.Errorf("the container of the %v certificate begins with tag %X: %w", k, t.Tag, errors.Join(err, iso7816.ErrTLV))
		}
	}
	return nil
}

func announced(ctx context.Context, s *session) error {
	r, err := s.transmit(ctx, []byte{0, insGetData, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 0x02, 8})
	if err != nil {
		return err
	}
	more, ok := r.SW.More()
	if !ok || len(r.Data) != 8 {
		return fmt.Errorf("eight bytes of the CHUID are answered %d bytes and %04X, not 8 and 61xx", len(r.Data), uint16(r.SW))
	}
	if r, err = s.transmit(ctx, []byte{0, insGetResponse, 0, 0, byte(more)}); err != nil {
		return err
	}
	if _, again := r.SW.More(); len(r.Data) != more && !again {
		return fmt.Errorf("61%02X announced %d bytes, GET RESPONSE brought %d and %04X", byte(more), more, len(r.Data), uint16(r.SW))
	}
	return nil
}

func lengthAgreed(ctx context.Context, s *session) error {
	command := s.selectNow()
	r, err := s.transmit(ctx, command)
	if err != nil {
		return err
	}
	right, ok := r.SW.RightLe()
	if !ok {
		return nil
	}
	command[len(command)-1] = byte(right)
	if r, err = s.transmit(ctx, command); err != nil {
		return err
	}
	if _, again := r.SW.RightLe(); again {
		return fmt.Errorf("SELECT with the length the card asked for, %d, is answered %04X: the card does not agree with itself", right, uint16(r.SW))
	}
	return nil
}

func leZero(ctx context.Context, s *session) error {
	if err := s.choose(ctx); err != nil {
		return err
	}
	less, err := s.block(ctx, 255)
	if err != nil {
		return err
	}
	all, err := s.block(ctx, iso7816.MaxShort)
	if err == nil && len(all.Data) < len(less.Data) {
		err = fmt.Errorf("an expected length of 00 brings %d bytes, one of FF brings %d", len(all.Data), len(less.Data))
	}
	return err
}

func fullBlock(ctx context.Context, s *session) error {
	r, err := s.block(ctx, iso7816.MaxShort)
	if err == nil && len(r.Data) != iso7816.MaxShort {
		err = fmt.Errorf("of 256 bytes that are there and asked for, %d come at once, with %04X", len(r.Data), uint16(r.SW))
	}
	return err
}

func shortCommands(ctx context.Context, s *session) error {
	r, err := s.transmit(ctx, s.selectNow())
	if err == nil && r.SW == iso7816.WrongLength {
		err = errors.New("SELECT with a short length field is answered 6700")
	}
	return err
}

func partsAccepted(ctx context.Context, s *session) error {
	part := append([]byte{0x10, insGenAuth, 0x07, 0x9A, 4}, 0x7C, 0x82, 0x01, 0x06)
	r, err := s.transmit(ctx, part)
	if err == nil && r.SW != iso7816.OK {
		err = fmt.Errorf("the first part of a chain is answered %04X, not 9000", uint16(r.SW))
	}
	return err
}

func category(_ context.Context, s *session) error {
	atr := s.card.ATR()
	n := int(atr[1] & 0xF)
	end := len(atr)
	if sum := xor(atr[1:]); sum == 0 { // a check byte ends it
		end--
	}
	if n == 0 || n > end {
		return fmt.Errorf("the answer to reset % X has no historical bytes", atr)
	}
	switch c := atr[end-n]; c {
	case 0x00, 0x10, 0x80:
		return nil
	default:
		return fmt.Errorf("the historical bytes begin with category %02X, which is none of 00, 10 and 80", c)
	}
}

func xor(b []byte) (sum byte) {
	for _, x := range b {
		sum ^= x
	}
	return sum
}

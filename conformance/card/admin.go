package card

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

// administrator is the card management key as the target file has it.
type administrator struct {
	algorithm byte
	block     cipher.Block
}

// administrator reads "03:0102…": algorithm and key in hexadecimal.
func (s *session) administrator() (a administrator, err error) {
	name, text, _ := strings.Cut(s.t.Admin, ":")
	algorithm, err1 := hex.DecodeString(name)
	key, err2 := hex.DecodeString(text)
	if err1 != nil || err2 != nil || len(algorithm) != 1 {
		return a, suite.Broken{Err: fmt.Errorf("the target's management key is not written as algorithm:key")}
	}
	a.algorithm = algorithm[0]
	if a.algorithm == 0x03 {
		a.block, err = des.NewTripleDESCipher(key)
	} else {
		a.block, err = aes.NewCipher(key)
	}
	if err != nil {
		return a, suite.Broken{Err: err}
	}
	return a, nil
}

// with9B is a body that has the management key at hand.
func with9B(do func(ctx context.Context, s *session, a administrator) error) body {
	return func(ctx context.Context, s *session) error {
		a, err := s.administrator()
		if err != nil {
			return err
		}
		return do(ctx, s, a)
	}
}

func (a administrator) command(parts ...[]byte) iso7816.Command {
	return authenticate(a.algorithm, adminKey, iso7816.Wrap(0x7C, parts...))
}

// asked has the card ask: with 80 for its witness, with 81 for its challenge.
func (a administrator) asked(ctx context.Context, s *session, tag byte) ([]byte, error) {
	answer, err := s.wants(ctx, a.command([]byte{tag, 0}))
	if err != nil {
		return nil, err
	}
	value, _ := iso7816.Find(answer, 0x7C, uint32(tag))
	if len(value) != a.block.BlockSize() {
		return nil, fmt.Errorf("key 9B answers % X, not 7C{%02X} with a block of %d bytes", answer, tag, a.block.BlockSize())
	}
	return value, nil
}

// mutual is the answer to a witness, with a challenge for the card.
func (a administrator) mutual(witness, challenge []byte) iso7816.Command {
	plain := make([]byte, len(witness))
	a.block.Decrypt(plain, witness)
	return a.command(iso7816.AppendTLV(nil, 0x80, plain), iso7816.AppendTLV(nil, 0x81, challenge))
}

// external is the answer to a challenge.
func (a administrator) external(challenge []byte) iso7816.Command {
	secret := make([]byte, len(challenge))
	a.block.Encrypt(secret, challenge)
	return a.command(iso7816.AppendTLV(nil, 0x82, secret))
}

func (a administrator) ours() []byte { return bytes.Repeat([]byte{0x3C}, a.block.BlockSize()) }

// administered authenticates mutually.
func administered(ctx context.Context, s *session) error {
	a, err := s.administrator()
	if err != nil {
		return err
	}
	witness, err := a.asked(ctx, s, 0x80)
	if err != nil {
		return err
	}
	_, err = s.wants(ctx, a.mutual(witness, a.ours()))
	return err
}

// cardProves wants the card to encipher our challenge rightly.
func cardProves(ctx context.Context, s *session, a administrator) error {
	witness, err := a.asked(ctx, s, 0x80)
	if err != nil {
		return err
	}
	answer, err := s.wants(ctx, a.mutual(witness, a.ours()))
	if err != nil {
		return err
	}
	want := make([]byte, a.block.BlockSize())
	a.block.Encrypt(want, a.ours())
	if got, _ := iso7816.Find(answer, 0x7C, 0x82); !bytes.Equal(got, want) {
		return fmt.Errorf("the card answers % X to our challenge, which does not prove the management key", answer)
	}
	return nil
}

func externally(ctx context.Context, s *session, a administrator) error {
	challenge, err := a.asked(ctx, s, 0x81)
	if err != nil {
		return err
	}
	_, err = s.wants(ctx, a.external(challenge))
	return err
}

// spoilt wants an answer with one wrong bit to be refused, and the card to stay
// closed.
func spoilt(tag byte) body {
	return with9B(func(ctx context.Context, s *session, a administrator) error {
		question, err := a.asked(ctx, s, tag)
		if err != nil {
			return err
		}
		question[0] ^= 1
		c := a.external(question)
		if tag == 0x80 {
			c = a.mutual(question, a.ours())
		}
		if _, err := s.wants(ctx, c, iso7816.SecurityStatus); err != nil {
			return fmt.Errorf("a wrong answer: %w", err)
		}
		return closedToWriting(ctx, s)
	})
}

// witnessOnce answers the same witness twice.
func witnessOnce(ctx context.Context, s *session, a administrator) error {
	witness, err := a.asked(ctx, s, 0x80)
	if err != nil {
		return err
	}
	if _, err := s.wants(ctx, a.mutual(witness, a.ours())); err != nil {
		return err
	}
	if _, err := s.wants(ctx, a.mutual(witness, a.ours()), iso7816.SecurityStatus); err != nil {
		return fmt.Errorf("the same witness a second time: %w", err)
	}
	return nil
}

func unasked(ctx context.Context, s *session, a administrator) error {
	_, err := s.wants(ctx, a.external(make([]byte, a.block.BlockSize())), iso7816.SecurityStatus)
	return err
}

func challengesDiffer(ctx context.Context, s *session, a administrator) error {
	first, err := a.asked(ctx, s, 0x81)
	if err != nil {
		return err
	}
	second, err := a.asked(ctx, s, 0x81)
	if err == nil && bytes.Equal(first, second) {
		err = fmt.Errorf("key 9B asks the same challenge % X twice", first)
	}
	return err
}

// Package series9 drives IDEMIA cards with the ID-One PIV applet, which the NHS
// calls series 9.
//
// Sources: NIST SP 800-73-4 part 2 (commands) and part 1 (data objects), SP
// 800-78-4 (RSA-2048). Key 9A signs sign-ins, key 9C signs prescriptions.
//
// It sends as little as it can: PIV is usually the default application after
// power-up, so it asks first and selects only when the card does not
// understand. A cold sign-in on T=1 costs SELECT, the certificate object in
// blocks of 256, VERIFY, and a signature in two commands and one GET RESPONSE.
package series9

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Commands and references of SP 800-73-4 part 2 §3.
const (
	insVerify  = 0x20
	insGenAuth = 0x87
	insSelect  = 0xA4
	insGetData = 0xCB

	pinReference = 0x80
	pinLength    = 8
	rsa2048      = 0x07 // algorithm identifier, SP 800-78-4 table 6-2
	modulusBytes = 256
)

// slot is where a key and its certificate live.
type slot struct {
	key    byte
	object [3]byte
}

func slotOf(k card.Key) slot {
	if k == card.ContentCommitment {
		return slot{0x9C, [3]byte{0x5F, 0xC1, 0x0A}}
	}
	return slot{0x9A, [3]byte{0x5F, 0xC1, 0x05}}
}

// Card is a series 9 card. It satisfies card.Card.
type Card struct {
	card   reader.Card
	memory *card.Memory
}

// Open makes a Card of c without sending anything. m is what is known of this
// insertion and grows with use.
func Open(c reader.Card, m *card.Memory) card.Card { return &Card{card: c, memory: m} }

// Series is "9".
func (*Card) Series() string { return "9" }

// Rule is the PIV application PIN: six to eight digits (SP 800-73-4 part 2
// §2.4.3).
func (*Card) Rule() card.Rule { return card.Rule{Min: 6, Max: 8, DigitsOnly: true} }

// send transmits a command in the protocol the card speaks now.
func (c *Card) send(ctx context.Context, command iso7816.Command) (iso7816.Response, error) {
	r, err := iso7816.Channel{Card: c.card, Protocol: c.card.Protocol()}.Send(ctx, command)
	return r, card.Garbled(err)
}

// Identify selects the PIV application and checks that the answer is PIV's
// application property template (SP 800-73-4 part 2 §3.1.1).
func (c *Card) Identify(ctx context.Context) error {
	r, err := c.send(ctx, iso7816.Command{INS: insSelect, P1: 0x04, Data: pivAID(), Le: iso7816.MaxShort})
	if err != nil {
		return err
	}
	if r.SW != iso7816.OK {
		return card.Unreadable("SELECT PIV", r.SW)
	}
	return checkTemplate(r.Data)
}

// Certificate reads and keeps the certificate of k.
func (c *Card) Certificate(ctx context.Context, k card.Key) (*x509.Certificate, error) {
	if known := c.memory.Certificates[k]; known != nil {
		return known, nil
	}
	object, err := c.object(ctx, slotOf(k).object)
	if err != nil {
		return nil, fmt.Errorf("%v certificate: %w", k, err)
	}
	certificate, err := parseCertificate(object)
	if err != nil {
		return nil, fmt.Errorf("%v certificate: %w", k, err)
	}
	c.memory.Keep(k, certificate)
	return certificate, nil
}

// object reads a data object: at once, and where that fails after SELECT.
func (c *Card) object(ctx context.Context, tag [3]byte) ([]byte, error) {
	get := iso7816.Command{INS: insGetData, P1: 0x3F, P2: 0xFF, Data: iso7816.Wrap(0x5C, tag[:]), Le: iso7816.MaxShort}
	r, err := c.send(ctx, get)
	if err == nil && r.SW != iso7816.OK {
		if err = c.Identify(ctx); err == nil {
			r, err = c.send(ctx, get)
		}
	}
	if err != nil {
		return nil, err
	}
	return r.Data, r.SW.Err()
}

// TriesLeft sends VERIFY without data (SP 800-73-4 part 2 §3.2.1), at once and
// where that says nothing after SELECT. A verified card says TriesUnknown.
func (c *Card) TriesLeft(ctx context.Context) (int, error) {
	ask := iso7816.Command{INS: insVerify, P2: pinReference}
	r, err := c.send(ctx, ask)
	if err != nil {
		return 0, err
	}
	if left, ok := card.TriesResult(r.SW); ok {
		return left, nil
	}
	if err := c.Identify(ctx); err != nil {
		return 0, err
	}
	if r, err = c.send(ctx, ask); err != nil {
		return 0, err
	}
	if left, ok := card.TriesResult(r.SW); ok {
		return left, nil
	}
	return 0, card.Unreadable("tries left", r.SW)
}

// Verify shows the passcode once, padded with FF to eight bytes.
func (c *Card) Verify(ctx context.Context, passcode []byte) error {
	if err := c.Rule().Check(passcode); err != nil {
		return err
	}
	var block [pinLength]byte
	defer clear(block[:])
	for i := copy(block[:], passcode); i < pinLength; i++ {
		block[i] = 0xFF
	}
	r, err := c.send(ctx, iso7816.Command{INS: insVerify, P2: pinReference, Data: block[:]})
	if err != nil {
		return err
	}
	return card.VerifyResult(r.SW)
}

// Template is VERIFY for a reader with keys of its own.
func (c *Card) Template(context.Context) (card.Template, error) {
	return card.PaddedTemplate(pinReference, pinLength, c.Rule()), nil
}

// Sign pads the digest on the host and has the card raise it to its private
// exponent (SP 800-73-4 part 2 §3.2.4). With ContentCommitment, key 9C, Verify
// must be the command directly before, every time: "PIN always".
func (c *Card) Sign(ctx context.Context, k card.Key, h crypto.Hash, digest []byte) ([]byte, error) {
	info, err := card.DigestInfo(h, digest)
	if err != nil {
		return nil, err
	}
	block, err := card.PadSignature(info, modulusBytes)
	if err != nil {
		return nil, err
	}
	r, err := c.send(ctx, iso7816.Command{
		INS: insGenAuth, P1: rsa2048, P2: slotOf(k).key, Le: iso7816.MaxShort,
		Data: iso7816.Wrap(0x7C, iso7816.Wrap(0x82), iso7816.Wrap(0x81, block)),
	})
	if err != nil {
		return nil, err
	}
	if err := r.SW.Err(); err != nil {
		return nil, fmt.Errorf("sign with key %02X: %w", slotOf(k).key, err)
	}
	signature, ok := iso7816.Find(r.Data, 0x7C, 0x82)
	if !ok || len(signature) != modulusBytes {
		return nil, card.Unreadable("signature", fmt.Errorf("%d bytes instead of %d", len(signature), modulusBytes))
	}
	return signature, nil
}

// rsaOf refuses certificates of other keys than the card can use here.
func rsaOf(c *x509.Certificate) error {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok || key.Size() != modulusBytes {
		return card.Unreadable("certificate", fmt.Errorf("its key is not RSA-2048"))
	}
	return nil
}

// Package series8 drives Oberthur Cosmo cards with the AuthentIC v3 applet,
// which the NHS calls series 8.
//
// The card keeps its keys and certificates in a PKCS#15 application, walked
// once per insertion and remembered. Sources: ISO/IEC 7816-4 and -8 for the
// commands, ISO/IEC 7816-15 for the directories; the passcode policy object 5F
// and the padding rule are the applet's own, as public drivers use them.
package series8

import (
	"context"
	"crypto"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

const (
	insVerify  = 0x20
	insMSE     = 0x22
	insPSO     = 0x2A
	insSelect  = 0xA4
	insRead    = 0xB0
	insGetData = 0xCA

	algorithmPKCS1 = 0x11 // the applet's byte for RSASSA-PKCS1-v1_5
	keyMask        = 0x7F // PrKDF marks local keys with bit 8
)

// Card is a series 8 card. It satisfies card.Card.
type Card struct {
	card   reader.Card
	memory *card.Memory
}

// Open makes a Card of c without sending anything. m is what is known of this
// insertion and grows with use.
func Open(c reader.Card, m *card.Memory) card.Card { return &Card{card: c, memory: m} }

// Series is "8".
func (*Card) Series() string { return "8" }

// Rule is the card's own policy once it has been read, by Identify,
// Certificate or TriesLeft; before that what every series 8 card accepts.
func (c *Card) Rule() card.Rule {
	p, err := parsePolicy(c.memory.Notes[notePolicy])
	if err != nil {
		return card.Rule{Min: 4, Max: 8}
	}
	return card.Rule{Min: p.min, Max: p.max}
}

// send transmits a command in the protocol the card speaks now.
func (c *Card) send(ctx context.Context, command iso7816.Command) (iso7816.Response, error) {
	r, err := iso7816.Channel{Card: c.card, Protocol: c.card.Protocol()}.Send(ctx, command)
	return r, card.Garbled(err)
}

// selectApplet makes AuthentIC the application that answers.
func (c *Card) selectApplet(ctx context.Context) error {
	aid := []byte{0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x00, 0x70, 0x0A, 0x10, 0x00, 0xF1, 0x00, 0x00, 0x01, 0x00}
	r, err := c.send(ctx, iso7816.Command{INS: insSelect, P1: 0x04, Data: aid})
	if err != nil {
		return err
	}
	if r.SW != iso7816.OK {
		return card.Unreadable("SELECT AuthentIC", r.SW)
	}
	return nil
}

// Identify selects the applet and its PKCS#15 application, where passcode and
// keys belong.
func (c *Card) Identify(ctx context.Context) error {
	if err := c.selectApplet(ctx); err != nil {
		return err
	}
	d, err := c.directory(ctx)
	if err != nil {
		return err
	}
	_, err = c.selectPath(ctx, d.application)
	return err
}

// TriesLeft sends VERIFY without data. A verified card says TriesUnknown.
func (c *Card) TriesLeft(ctx context.Context) (int, error) {
	if err := c.Identify(ctx); err != nil {
		return 0, err
	}
	d, err := c.directory(ctx)
	if err != nil {
		return 0, err
	}
	r, err := c.send(ctx, iso7816.Command{INS: insVerify, P2: d.passcode})
	if err != nil {
		return 0, err
	}
	left, ok := card.TriesResult(r.SW)
	if !ok {
		return 0, card.Unreadable("tries left", r.SW)
	}
	return left, nil
}

// Verify shows the passcode once, padded with FF to the policy's maximum.
func (c *Card) Verify(ctx context.Context, passcode []byte) error {
	d, err := c.directory(ctx)
	if err != nil {
		return err
	}
	if err := c.Rule().Check(passcode); err != nil {
		return err
	}
	block := make([]byte, d.policy.max)
	defer clear(block)
	for i := copy(block, passcode); i < len(block); i++ {
		block[i] = 0xFF
	}
	r, err := c.send(ctx, iso7816.Command{INS: insVerify, P2: d.passcode, Data: block})
	if err != nil {
		return err
	}
	return card.VerifyResult(r.SW)
}

// Template is VERIFY for a reader with keys of its own, padded to the policy's
// maximum.
func (c *Card) Template(ctx context.Context) (card.Template, error) {
	d, err := c.directory(ctx)
	if err != nil {
		return card.Template{}, err
	}
	return card.PaddedTemplate(d.passcode, d.policy.max, c.Rule()), nil
}

// Sign names the key (MSE SET, ISO/IEC 7816-4 §11.5.11) and sends the whole
// DigestInfo (PSO COMPUTE DIGITAL SIGNATURE, ISO/IEC 7816-8 §11.7); the card
// pads. Bare digests are never sent: what a card makes of them differs.
func (c *Card) Sign(ctx context.Context, k card.Key, h crypto.Hash, digest []byte) ([]byte, error) {
	info, err := card.DigestInfo(h, digest)
	if err != nil {
		return nil, err
	}
	key, certificate, err := c.pair(ctx, k)
	if err != nil {
		return nil, err
	}
	template := append(iso7816.Wrap(0x80, []byte{algorithmPKCS1}), iso7816.Wrap(0x83, []byte{byte(key.Reference) & keyMask})...)
	r, err := c.send(ctx, iso7816.Command{INS: insMSE, P1: 0x41, P2: 0xB6, Data: template})
	if err != nil {
		return nil, err
	}
	if r.SW != iso7816.OK {
		return nil, fmt.Errorf("choose the %v key: %w", k, r.SW)
	}
	r, err = c.send(ctx, iso7816.Command{INS: insPSO, P1: 0x9E, P2: 0x9A, Data: info, Le: iso7816.MaxShort})
	if err != nil {
		return nil, err
	}
	if r.SW != iso7816.OK {
		return nil, fmt.Errorf("sign with the %v key: %w", k, r.SW)
	}
	if want := modulusBytes(certificate); len(r.Data) != want {
		return nil, card.Unreadable("signature", fmt.Errorf("%d bytes instead of %d", len(r.Data), want))
	}
	return r.Data, nil
}

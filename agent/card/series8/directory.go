package series8

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/pkcs15"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

const notePolicy = "passcode policy"

// directory is what the card's PKCS#15 application says.
type directory struct {
	application  []byte // path
	keys         []pkcs15.Key
	certificates []pkcs15.Certificate
	passcode     byte // reference for VERIFY
	policy       policy
}

// policy is the passcode object's own rule, in bytes.
type policy struct{ min, max int }

// directory reads what is not yet remembered. The applet must be selected
// unless all of it is.
func (c *Card) directory(ctx context.Context) (directory, error) {
	var d directory
	dir, err := c.file(ctx, []byte{0x2F, 0x00}, directoryEnds)
	if err != nil {
		return d, err
	}
	if d.application, err = pkcs15.Application(dir); err != nil {
		return d, card.Garbled(err)
	}
	odf, err := c.odf(ctx, d.application)
	if err != nil {
		return d, err
	}
	if err := d.fill(ctx, c, odf); err != nil {
		return d, card.Garbled(err)
	}
	d.policy, err = c.policy(ctx, d.passcode)
	return d, err
}

func (c *Card) odf(ctx context.Context, application []byte) (pkcs15.ODF, error) {
	path := append(append([]byte(nil), application...), 0x50, 0x31)
	file, err := c.file(ctx, path, directoryEnds)
	if err != nil {
		return pkcs15.ODF{}, err
	}
	odf, err := pkcs15.ParseODF(file)
	if err == nil && (odf.PrivateKeys == nil || odf.Certificates == nil || odf.Authentication == nil) {
		err = fmt.Errorf("%w: ODF is incomplete", iso7816.ErrTLV)
	}
	return odf, card.Garbled(err)
}

// fill reads the three directory files a sign-in needs.
func (d *directory) fill(ctx context.Context, c *Card, odf pkcs15.ODF) error {
	file, err := c.file(ctx, odf.PrivateKeys, directoryEnds)
	if err != nil {
		return err
	}
	if d.keys, err = pkcs15.ParseKeys(file); err != nil {
		return err
	}
	if file, err = c.file(ctx, odf.Certificates, directoryEnds); err != nil {
		return err
	}
	if d.certificates, err = pkcs15.ParseCertificates(file); err != nil {
		return err
	}
	if file, err = c.file(ctx, odf.Authentication, directoryEnds); err != nil {
		return err
	}
	passcodes, err := pkcs15.ParsePasscodes(file)
	if err != nil {
		return err
	}
	for _, p := range passcodes {
		if p.ForUser() && p.Reference >= 1 && p.Reference <= 0xFF {
			d.passcode = byte(p.Reference)
			return nil
		}
	}
	return fmt.Errorf("%w: AODF names no passcode", iso7816.ErrTLV)
}

// policy reads the passcode object 5F (GET DATA, P1 P2 the two tag bytes).
func (c *Card) policy(ctx context.Context, reference byte) (policy, error) {
	raw, ok := c.memory.Notes[notePolicy]
	if !ok {
		r, err := c.send(ctx, iso7816.Command{INS: insGetData, P1: 0x5F, P2: reference, Le: iso7816.MaxShort})
		if err != nil {
			return policy{}, err
		}
		if r.SW != iso7816.OK {
			return policy{}, card.Unreadable("passcode policy", r.SW)
		}
		raw = r.Data
	}
	p, err := parsePolicy(raw)
	if err != nil {
		return policy{}, card.Unreadable("passcode policy", err)
	}
	c.memory.Note(notePolicy, raw)
	return p, nil
}

// parsePolicy reads 5Fxx { … A1 { 83 max, 84 min } }.
func parsePolicy(raw []byte) (policy, error) {
	object, _, err := iso7816.ReadTLV(raw)
	if err != nil {
		return policy{}, err
	}
	longest, okMax := iso7816.Find(object.Value, 0xA1, 0x83)
	shortest, okMin := iso7816.Find(object.Value, 0xA1, 0x84)
	if object.Tag>>8 != 0x5F || !okMax || !okMin || len(longest) != 1 || len(shortest) != 1 {
		return policy{}, fmt.Errorf("%w: no lengths", iso7816.ErrTLV)
	}
	p := policy{min: int(shortest[0]), max: int(longest[0])}
	if p.min < 1 || p.max < p.min || p.max > 64 {
		return policy{}, fmt.Errorf("%w: lengths %d to %d", iso7816.ErrTLV, p.min, p.max)
	}
	return p, nil
}

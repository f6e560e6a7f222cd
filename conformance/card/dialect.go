// Package card is what must hold of a health worker's card, whoever made it.
// It speaks APDUs of its own: the agent's drivers are judged elsewhere, and a
// mistake they share with the card must not hide here.
package card

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// key is one of the card's two key pairs.
type key int

const (
	authentication key = iota
	commitment
)

var keyNames = [...]string{"authentication", "content commitment"}

func (k key) String() string { return keyNames[k] }

// dialect is how a series spells the few things every check needs.
type dialect struct {
	aid         []byte
	cut         int                                                                  // bytes of it that name the application without its version
	certificate func(ctx context.Context, ch iso7816.Channel, k key) ([]byte, error) // DER, maybe with a tail
	reference   byte                                                                 // of the passcode, P2 of VERIFY
	pukRef      byte                                                                 // of the PUK
	padded      int                                                                  // a passcode's length on the wire, filled with FF
	sign        func(ctx context.Context, ch iso7816.Channel, k key, digestInfo []byte) ([]byte, error)
	unblock     func(ctx context.Context, s *session, puk, fresh []byte) (iso7816.SW, error)
	shortest    int       // of a passcode
	outgoing    [][4]byte // headers that read something short and carry no data
}

// dialects by the application the card's series speaks.
var dialects = map[target.Feature]dialect{
	target.AuthentIC: {
		aid:         []byte{0xA0, 0, 0, 0, 0x77, 1, 0, 0x70, 0x0A, 0x10, 0, 0xF1, 0, 0, 1, 0},
		cut:         10,
		certificate: authenticCertificate,
		reference:   0x01,
		pukRef:      0x02,
		padded:      8,
		sign:        authenticSign,
		unblock:     authenticUnblock,
		shortest:    4,
		outgoing:    [][4]byte{{0, 0xCA, 0x5F, 0x01}}, // the passcode's policy
	},
	target.PIV: {
		aid:         []byte{0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0},
		cut:         9,
		certificate: pivCertificate,
		reference:   0x80,
		pukRef:      0x81,
		padded:      8,
		sign:        pivSign,
		unblock:     pivUnblock,
		shortest:    6,
	},
}

// authenticCertificate reads the first or second certificate of the PKCS#15
// application 3F00/5015 in steps of 256 bytes.
func authenticCertificate(ctx context.Context, ch iso7816.Channel, k key) ([]byte, error) {
	path := []byte{0x50, 0x15, 0x34, 0x01 + byte(k)}
	if _, err := ch.Check(ctx, iso7816.Command{INS: 0xA4, P1: 0x08, Data: path, Le: iso7816.MaxShort}); err != nil {
		return nil, err
	}
	var file []byte
	for offset := 0; offset < 4096; offset = len(file) {
		r, err := ch.Send(ctx, iso7816.Command{INS: 0xB0, P1: byte(offset >> 8), P2: byte(offset), Le: iso7816.MaxShort})
		if err != nil {
			return nil, err
		}
		if r.SW != iso7816.OK && r.SW != iso7816.EndOfFile && len(file) == 0 {
			return nil, r.SW
		}
		file = append(file, r.Data...)
		if len(r.Data) < iso7816.MaxShort {
			break
		}
	}
	return file, nil
}

// authenticSign chooses key and algorithm (MSE SET, PKCS#1 padding by the card)
// and signs the DigestInfo.
func authenticSign(ctx context.Context, ch iso7816.Channel, k key, digestInfo []byte) ([]byte, error) {
	set := []byte{0x80, 0x01, 0x11, 0x83, 0x01, 0x01 + byte(k)}
	if _, err := ch.Check(ctx, iso7816.Command{INS: 0x22, P1: 0x41, P2: 0xB6, Data: set}); err != nil {
		return nil, err
	}
	return ch.Check(ctx, iso7816.Command{INS: 0x2A, P1: 0x9E, P2: 0x9A, Data: digestInfo, Le: iso7816.MaxShort})
}

// pivCertificate reads object 5FC105 (9A) or 5FC10A (9C), SP 800-73-4 part 1
// §3.1, appendix A.
func pivCertificate(ctx context.Context, ch iso7816.Channel, k key) ([]byte, error) {
	tag := []byte{0x5F, 0xC1, [...]byte{0x05, 0x0A}[k]}
	object, err := ch.Check(ctx, iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: iso7816.AppendTLV(nil, 0x5C, tag), Le: iso7816.MaxShort})
	if err != nil {
		return nil, err
	}
	value, _ := iso7816.Find(object, 0x53)
	der, err := unpacked(value)
	if err != nil {
		return nil, fmt.Errorf("object %X: %w", tag, err)
	}
	return der, nil
}

// unpacked is the certificate in 70, which 71 may say is compressed with gzip
// (SP 800-73-4 part 1 appendix A, CertInfo).
func unpacked(value []byte) ([]byte, error) {
	der, ok := iso7816.Find(value, 0x70)
	if !ok {
		return nil, errors.New("there is no certificate in 53{70}")
	}
	if info, ok := iso7816.Find(value, 0x71); !ok || len(info) != 1 || info[0]&1 == 0 {
		return der, nil
	}
	packed, err := gzip.NewReader(bytes.NewReader(der))
	if err != nil {
		return nil, fmt.Errorf("the certificate is said to be compressed: %w", err)
	}
	const longest = 1 << 16
	return io.ReadAll(io.LimitReader(packed, longest))
}

// pivSign pads the DigestInfo (RFC 8017 §9.2) and sends it to 9A or 9C as
// RSA-2048 (SP 800-73-4 part 2 §3.2.4).
func pivSign(ctx context.Context, ch iso7816.Channel, k key, digestInfo []byte) ([]byte, error) {
	block := append([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, 256-3-len(digestInfo))...)
	block = append(append(block, 0), digestInfo...)
	template := iso7816.Wrap(0x7C, []byte{0x82, 0}, iso7816.AppendTLV(nil, 0x81, block))
	answer, err := ch.Check(ctx, iso7816.Command{INS: 0x87, P1: 0x07, P2: [...]byte{0x9A, 0x9C}[k], Data: template, Le: iso7816.MaxShort})
	if err != nil {
		return nil, err
	}
	signature, ok := iso7816.Find(answer, 0x7C, 0x82)
	if !ok {
		return nil, fmt.Errorf("the answer to GENERAL AUTHENTICATE has no 7C{82}")
	}
	return signature, nil
}

// parse reads the DER at the front of a certificate file.
func parse(file []byte) (*x509.Certificate, error) {
	_, rest, err := iso7816.ReadTLV(file)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(file[:len(file)-len(rest)])
}

package series9

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"errors"
	"fmt"
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// maxCertificate bounds a decompressed certificate. SP 800-73-4 gives the
// object 1905 bytes; a stream that grows past this is an attack or a defect.
const maxCertificate = 16 << 10

// pivAID names the PIV application, version 1.0 (SP 800-73-4 part 1 §2.2).
func pivAID() []byte {
	return []byte{0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00}
}

// checkTemplate accepts an application property template whose identifier is
// the whole AID or the part after the registered provider: both exist.
func checkTemplate(template []byte) error {
	id, ok := iso7816.Find(template, 0x61, 0x4F)
	if !ok {
		return card.Unreadable("SELECT PIV", errors.New("no application property template"))
	}
	aid := pivAID()
	if !bytes.Equal(id, aid) && !bytes.Equal(id, aid[5:]) {
		return card.Unreadable("SELECT PIV", fmt.Errorf("the application is % X", id))
	}
	return nil
}

// parseCertificate reads the certificate out of its data object, 53 { 70
// certificate, 71 certinfo, FE } (SP 800-73-4 part 1 appendix A). Bit 0 of
// certinfo says gzip. An empty object is an absent certificate.
func parseCertificate(object []byte) (*x509.Certificate, error) {
	if body, ok := iso7816.Find(object, 0x53); len(object) == 0 || (ok && len(body) == 0) {
		return nil, iso7816.ErrNotFound
	}
	der, ok := iso7816.Find(object, 0x53, 0x70)
	if !ok {
		return nil, card.Unreadable("certificate object", iso7816.ErrTLV)
	}
	if info, ok := iso7816.Find(object, 0x53, 0x71); ok && len(info) > 0 && info[0]&1 != 0 {
		var err error
		if der, err = decompress(der); err != nil {
			return nil, card.Unreadable("compressed certificate", err)
		}
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, card.Unreadable("certificate", err)
	}
	if err := rsaOf(c); err != nil {
		return nil, err
	}
	return c, nil
}

func decompress(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxCertificate+1))
	if err == nil && len(out) > maxCertificate {
		err = fmt.Errorf("more than %d bytes", maxCertificate)
	}
	return out, err
}

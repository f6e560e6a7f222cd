package piv

import (
	"bytes"
	"compress/gzip"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// certificateTag is the object with the certificate of a key.
func certificateTag(ref byte) uint32 {
	switch ref {
	case keyAuthentication:
		return TagCertificate
	case keyCommitment:
		return TagSignature
	case keyManagement:
		return TagManagement
	case keyCard:
		return TagCardCertificate
	}
	return TagRetired + uint32(ref-firstRetired)
}

// certificate is a certificate as an object (SP 800-73-4 part 1 appendix A
// table 10) with an empty error detection code; 71 says if it is compressed.
func certificate(der []byte, compressed bool) []byte {
	info := byte(0)
	if compressed {
		der, info = zip(der), 1
	}
	return iso7816.Wrap(0x53, iso7816.Wrap(0x70, der), []byte{0x71, 1, info, 0xFE, 0})
}

// zip is gzip (RFC 1952) without a time. Writing to memory does not fail.
func zip(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

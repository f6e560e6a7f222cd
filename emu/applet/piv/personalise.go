package piv

import (
	"crypto/rsa"
	"crypto/sha256"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// Keys are an identity's private keys by key reference.
func Keys(id testpki.Identity) map[byte]*rsa.PrivateKey {
	return map[byte]*rsa.PrivateKey{
		0x9A:          id.Authentication.Key,
		keyCommitment: id.ContentCommitment.Key,
	}
}

// Objects are the data objects of a card made for an identity, each as GET DATA
// answers it (SP 800-73-4 part 1 §3).
func Objects(id testpki.Identity) map[uint32][]byte {
	end := id.Authentication.Certificate.NotAfter
	return map[uint32][]byte{
		TagDiscovery:   discovery(),
		TagCCC:         capabilities(id.Holder),
		TagCHUID:       holderID(id.Holder, end),
		TagPrinted:     printed(id.Holder, end),
		TagCertificate: certificate(id.Authentication.Certificate.Raw),
		TagSignature:   certificate(id.ContentCommitment.Certificate.Raw),
	}
}

// discovery says: the application's own passcode and no other.
func discovery() []byte {
	return iso7816.Wrap(TagDiscovery, iso7816.Wrap(0x4F, aid), iso7816.Wrap(0x5F2F, []byte{0x40, 0x00}))
}

// certificate is uncompressed, with an empty error detection code.
func certificate(der []byte) []byte {
	return iso7816.Wrap(0x53, iso7816.Wrap(0x70, der), []byte{0x71, 1, 0, 0xFE, 0})
}

// capabilities is the card capability container. Its F3 stays empty, or OpenSC
// takes the card for one with a second, older application.
func capabilities(h testpki.Holder) []byte {
	id := append([]byte{0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02}, unique(h, "card")[:14]...)
	return iso7816.Wrap(0x53,
		iso7816.Wrap(0xF0, id),
		[]byte{0xF1, 1, 0x21, 0xF2, 1, 0x21, 0xF3, 0, 0xF4, 1, 0x00, 0xF5, 1, 0x10},
		[]byte{0xF6, 0, 0xF7, 0, 0xFA, 0, 0xFB, 0, 0xFC, 0, 0xFD, 0, 0xFE, 0})
}

// nonFederal is a FASC-N of agency 9999, which tells clients that the GUID is
// the card's number (SP 800-73-4 part 1 §3.1.2).
var nonFederal = []byte{
	0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE, 0x73, 0x9D, 0x83, 0x68,
	0x58, 0x21, 0x08, 0x42, 0x10, 0x84, 0x21, 0xC8, 0x42, 0x10, 0xC3, 0xEB,
}

// holderID is the CHUID, unsigned. Its GUID is a version 4 UUID (RFC 9562 §5.4),
// the same each time a holder's card is made.
func holderID(h testpki.Holder, end time.Time) []byte {
	guid := unique(h, "guid")[:16]
	guid[6] = guid[6]&0x0F | 0x40
	guid[8] = guid[8]&0x3F | 0x80
	return iso7816.Wrap(0x53,
		iso7816.Wrap(0x30, nonFederal),
		iso7816.Wrap(0x34, guid),
		iso7816.Wrap(0x35, []byte(end.UTC().Format("20060102"))),
		[]byte{0x3E, 0, 0xFE, 0})
}

func printed(h testpki.Holder, end time.Time) []byte {
	return iso7816.Wrap(0x53,
		iso7816.Wrap(0x01, []byte(h.First+" "+h.Last)),
		iso7816.Wrap(0x02, []byte("Toy NHS")),
		iso7816.Wrap(0x04, []byte(strings.ToUpper(end.UTC().Format("2006Jan02")))),
		iso7816.Wrap(0x05, []byte(h.UUID)),
		iso7816.Wrap(0x06, []byte("Toy NHS")),
		[]byte{0xFE, 0})
}

func unique(h testpki.Holder, what string) []byte {
	sum := sha256.Sum256([]byte(h.UUID + "/" + what))
	return sum[:]
}

package piv

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// Layout is what a card carries beyond the keys 9A and 9C with their
// certificates, the card capability container, the CHUID, the discovery object
// and the printed information.
type Layout struct {
	Keys       []byte // references of testpki.Spares: 9D, 9E, 82, 83
	Compressed []byte // references of keys whose certificates are compressed
	Objects    []uint32
}

// Extras are the objects a Layout can name, by their tags.
func Extras() []uint32 {
	return []uint32{TagKeyHistory, TagSecurity, TagFingerprints, TagFace, TagIris, TagBiometrics}
}

// Personalise makes the keys by reference, and the objects by tag as GET DATA
// answers them (SP 800-73-4 part 1 §3), of a card for an identity.
func Personalise(id testpki.Identity, l Layout) (map[byte]crypto.PrivateKey, map[uint32][]byte) {
	keys := map[byte]crypto.PrivateKey{}
	end := id.Authentication.Certificate.NotAfter
	objects := map[uint32][]byte{
		TagDiscovery: discovery(),
		TagCCC:       capabilities(id.Holder),
		TagCHUID:     holderID(id.Holder, end, l.has(TagSecurity)),
		TagPrinted:   printed(id.Holder, end),
	}
	add := func(ref byte, key crypto.PrivateKey, c *x509.Certificate) {
		keys[ref] = key
		objects[certificateTag(ref)] = certificate(c.Raw, slices.Contains(l.Compressed, ref))
	}
	add(keyAuthentication, id.Authentication.Key, id.Authentication.Certificate)
	add(keyCommitment, id.ContentCommitment.Key, id.ContentCommitment.Certificate)
	if len(l.Keys) > 0 {
		spares := testpki.Spares(id.Holder, id.Authentication.Certificate.NotBefore, end)
		for _, ref := range l.Keys {
			add(ref, spares[ref].Key, spares[ref].Certificate)
		}
	}
	l.extra(objects, keys)
	return keys, objects
}

func (l Layout) has(tag uint32) bool { return slices.Contains(l.Objects, tag) }

// extra adds the objects of the layout. The security object comes last: it is
// about the others.
func (l Layout) extra(objects map[uint32][]byte, keys map[byte]crypto.PrivateKey) {
	for _, tag := range l.Objects {
		switch tag {
		case TagKeyHistory:
			objects[tag] = keyHistory(keys)
		case TagFingerprints, TagFace, TagIris:
			objects[tag] = biometrics(tag)
		case TagBiometrics:
			objects[tag] = iso7816.Wrap(TagBiometrics, []byte{0x02, 1, 0}) // no templates
		}
	}
	if l.has(TagSecurity) {
		objects[TagSecurity] = security(objects)
	}
}

// discovery says: the application's own passcode and no other.
func discovery() []byte {
	return iso7816.Wrap(TagDiscovery, iso7816.Wrap(0x4F, aid), iso7816.Wrap(0x5F2F, []byte{0x40, 0x00}))
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

// holderID is the CHUID. Its GUID is a version 4 UUID (RFC 9562 §5.4), the same
// each time a holder's card is made. The signature is over all before it.
func holderID(h testpki.Holder, end time.Time, sign bool) []byte {
	guid := unique(h, "guid")[:16]
	guid[6] = guid[6]&0x0F | 0x40
	guid[8] = guid[8]&0x3F | 0x80
	content := slices.Concat(
		iso7816.Wrap(0x30, nonFederal),
		iso7816.Wrap(0x34, guid),
		iso7816.Wrap(0x35, []byte(end.UTC().Format("20060102"))))
	var signature []byte
	if sign {
		signature = signed(oidCHUID, content, true)
	}
	return iso7816.Wrap(0x53, content, iso7816.Wrap(0x3E, signature), []byte{0xFE, 0})
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

// keyHistory counts the retired keys: all are on the card, so there is no URL
// (SP 800-73-4 part 1 §3.3.3).
func keyHistory(keys map[byte]crypto.PrivateKey) []byte {
	n := byte(0)
	for ref := range keys {
		if retired(ref) {
			n++
		}
	}
	return iso7816.Wrap(0x53, []byte{0xC1, 1, n, 0xC2, 1, 0, 0xF3, 0, 0xFE, 0})
}

// biometrics stands in the place of a CBEFF record (SP 800-76-2 §9): the header
// is there, the body is nobody's.
func biometrics(tag uint32) []byte {
	record := make([]byte, 88+64)
	record[0], record[1] = 0x03, 0x0D // patron header version, integrity protected
	record[5] = 64                    // length of the body
	copy(record[88:], "no biometrics of anybody")
	record[87] = byte(tag)
	return iso7816.Wrap(0x53, iso7816.Wrap(0xBC, record), []byte{0xFE, 0})
}

func unique(h testpki.Holder, what string) []byte {
	sum := sha256.Sum256([]byte(h.UUID + "/" + what))
	return sum[:]
}

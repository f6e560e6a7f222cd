package piv_test

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
)

// layouts of the objects of a full card: the tags in their order, outermost
// first.
var layouts = map[uint32]string{
	piv.TagCHUID:           "53[30 34 35 3E FE]",
	piv.TagCCC:             "53[F0 F1 F2 F3 F4 F5 F6 F7 FA FB FC FD FE]",
	piv.TagCertificate:     "53[70 71 FE]",
	piv.TagSignature:       "53[70 71 FE]",
	piv.TagManagement:      "53[70 71 FE]",
	piv.TagCardCertificate: "53[70 71 FE]",
	piv.TagRetired:         "53[70 71 FE]",
	piv.TagRetired + 1:     "53[70 71 FE]",
	piv.TagPrinted:         "53[1 2 4 5 6 FE]",
	piv.TagKeyHistory:      "53[C1 C2 F3 FE]",
	piv.TagSecurity:        "53[BA BB FE]",
	piv.TagFingerprints:    "53[BC FE]",
	piv.TagFace:            "53[BC FE]",
	piv.TagIris:            "53[BC FE]",
	piv.TagBiometrics:      "7F61[2]",
	piv.TagDiscovery:       "7E[4F 5F2F]",
}

// Requirement: each object has the standard's tags in the standard's order and
// nothing else, fits its container, and no object is without a layout. Source:
// SP 800-73-4 part 1 appendix A. Turned red by: another order.
func TestObjectLayouts(t *testing.T) {
	_, objects := everything()
	for tag, object := range objects {
		outer, rest, err := iso7816.ReadTLV(object)
		if err != nil || len(rest) != 0 {
			t.Fatalf("%X: %v", tag, err)
		}
		list, err := iso7816.ParseTLVs(outer.Value)
		if err != nil {
			t.Errorf("%X: %v", tag, err)
		}
		var tags []string
		for _, x := range list {
			tags = append(tags, fmt.Sprintf("%X", x.Tag))
		}
		if got := fmt.Sprintf("%X%v", outer.Tag, tags); got != layouts[tag] {
			t.Errorf("%X: %s, want %s", tag, got, layouts[tag])
		}
	}
	if len(objects) != len(layouts) {
		t.Errorf("%d objects, %d layouts", len(objects), len(layouts))
	}
}

// Requirement: what a full card carries can be put on it again by its
// administrator: nothing is larger than its container. Turned red by: a larger
// certificate.
func TestObjectsFit(t *testing.T) {
	_, objects := everything()
	limits := map[uint32]int{piv.TagCHUID: 3377, piv.TagCCC: 287, piv.TagPrinted: 245, piv.TagKeyHistory: 128, piv.TagSecurity: 1336, piv.TagFingerprints: 4006, piv.TagFace: 12710, piv.TagIris: 7106, piv.TagBiometrics: 65, piv.TagDiscovery: 20}
	for tag, object := range objects {
		limit, ok := limits[tag]
		if !ok {
			limit = 1905
		}
		if outer, _, _ := iso7816.ReadTLV(object); len(outer.Value) > limit {
			t.Errorf("%X: %d bytes in a container for %d", tag, len(outer.Value), limit)
		}
	}
}

// der is the certificate in an object, unpacked where it is compressed.
func der(t *testing.T, object []byte) *x509.Certificate {
	t.Helper()
	b, _ := iso7816.Find(object, 0x53, 0x70)
	if info, _ := iso7816.Find(object, 0x53, 0x71); len(info) == 1 && info[0] == 1 {
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	c, err := x509.ParseCertificate(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Requirement: each certificate is for the key of its reference, says what the
// key is for, and ends no later than the CHUID. Source: SP 800-85B-4 and the
// certificate profile of SP 800-78-4. Turned red by: exchanging two keys.
func TestCertificates(t *testing.T) {
	keys, objects := everything()
	uses := map[byte]struct {
		tag uint32
		use x509.KeyUsage
	}{
		0x9A: {piv.TagCertificate, x509.KeyUsageDigitalSignature},
		0x9C: {piv.TagSignature, x509.KeyUsageContentCommitment},
		0x9D: {piv.TagManagement, x509.KeyUsageKeyEncipherment},
		0x9E: {piv.TagCardCertificate, x509.KeyUsageDigitalSignature},
		0x82: {piv.TagRetired, x509.KeyUsageKeyEncipherment},
		0x83: {piv.TagRetired + 1, x509.KeyUsageKeyAgreement},
	}
	expiry, _ := iso7816.Find(objects[piv.TagCHUID], 0x53, 0x35)
	for ref, want := range uses {
		c := der(t, objects[want.tag])
		public := keys[ref].(crypto.Signer).Public().(interface{ Equal(crypto.PublicKey) bool })
		if !public.Equal(c.PublicKey) || c.KeyUsage != want.use {
			t.Errorf("%X: another key or another use, %b", ref, c.KeyUsage)
		}
		if k, ok := c.PublicKey.(*rsa.PublicKey); ok && k.E != 65537 {
			t.Errorf("%X: exponent %d", ref, k.E)
		}
		if c.NotAfter.UTC().Format("20060102") > string(expiry) {
			t.Errorf("%X: ends after the CHUID, %s", ref, expiry)
		}
	}
}

// Requirement: each holder's card has a GUID of its own, version 4, the same
// each time it is made. Source: RFC 9562 §5.4; clients name cards by it. Turned
// red by: a constant.
func TestGUID(t *testing.T) {
	seen := map[string]bool{}
	for _, h := range testpki.Holders() {
		id := testpki.Issue(h, time.Now())
		_, objects := piv.Personalise(id, piv.Layout{})
		_, again := piv.Personalise(id, piv.Layout{})
		guid, _ := iso7816.Find(objects[piv.TagCHUID], 0x53, 0x34)
		if len(guid) != 16 || guid[6]>>4 != 4 || guid[8]>>6 != 2 || seen[string(guid)] {
			t.Errorf("%s: %X", h.UUID, guid)
		}
		if !bytes.Equal(objects[piv.TagCHUID], again[piv.TagCHUID]) {
			t.Errorf("%s: another CHUID the second time", h.UUID)
		}
		seen[string(guid)] = true
	}
}

// cms is a SignedData as far as the test needs it.
type cms struct {
	Type    asn1.ObjectIdentifier
	Content struct {
		Version int
		Digests asn1.RawValue
		Content struct {
			Type    asn1.ObjectIdentifier
			Content []byte `asn1:"explicit,optional,tag:0"`
		}
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		Signers      []struct {
			Version   int
			Issuer    asn1.RawValue
			Digest    pkix.AlgorithmIdentifier
			Signed    asn1.RawValue
			Algorithm pkix.AlgorithmIdentifier
			Signature []byte
		} `asn1:"set"`
	} `asn1:"explicit,tag:0"`
}

// verified checks a SignedData over content, or over what is inside where
// content is nil, and returns that.
func verified(t *testing.T, raw, content []byte) []byte {
	t.Helper()
	var c cms
	if rest, err := asn1.Unmarshal(raw, &c); err != nil || len(rest) != 0 || len(c.Content.Signers) != 1 {
		t.Fatalf("%v, %d bytes after", err, len(rest))
	}
	if content == nil {
		content = c.Content.Content.Content
	}
	signer := c.Content.Signers[0]
	set := slices.Clone(signer.Signed.FullBytes)
	set[0] = 0x31 // RFC 5652 §5.4: signed as a SET OF
	sum := sha256.Sum256(set)
	if err := rsa.VerifyPKCS1v15(&testpki.Signing().Key.PublicKey, crypto.SHA256, sum[:], signer.Signature); err != nil {
		t.Error(err)
	}
	if digest := sha256.Sum256(content); !bytes.Contains(set, digest[:]) {
		t.Error("the signed attributes are of another content")
	}
	return content
}

// Requirement: the CHUID is signed, and the security object vouches for the
// digest of each object it maps. Source: SP 800-73-4 part 1 §3.1.2 and §3.1.7.
// Turned red by: signing before the objects are complete.
func TestSignedObjects(t *testing.T) {
	_, objects := everything()
	chuid, _ := iso7816.Find(objects[piv.TagCHUID], 0x53)
	signature, _ := iso7816.Find(chuid, 0x3E)
	verified(t, signature, chuid[:bytes.Index(chuid, []byte{0x3E, 0x82})])

	list, _ := iso7816.Find(objects[piv.TagSecurity], 0x53, 0xBA)
	signature, _ = iso7816.Find(objects[piv.TagSecurity], 0x53, 0xBB)
	inside := verified(t, signature, nil)
	tags := map[string]uint32{
		"DB00": piv.TagCCC, "3000": piv.TagCHUID, "6010": piv.TagFingerprints, "6030": piv.TagFace,
		"3001": piv.TagPrinted, "6060": piv.TagKeyHistory, "1015": piv.TagIris,
	}
	if len(list) != 3*len(tags) {
		t.Fatalf("%X", list)
	}
	for i := 0; i < len(list); i += 3 {
		outer, _, _ := iso7816.ReadTLV(objects[tags[hexOf(list[i+1:i+3])]])
		if sum := sha256.Sum256(outer.Value); !bytes.Contains(inside, append([]byte{list[i], 0x04, 32}, sum[:]...)) {
			t.Errorf("group %d is not vouched for", list[i])
		}
	}
}

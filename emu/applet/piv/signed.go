package piv

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// The object identifiers of signed objects: RFC 5652, RFC 8017, ICAO 9303-10
// §4.6.2 and SP 800-73-4 part 1 appendix B.
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidRSASHA256     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidLDS           = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 1}
	oidCHUID         = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 6, 1}
	oidSignerName    = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 6, 5}
)

// The types below are RFC 5652 §5, only what the two signed objects need.
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      encapsulated
	Certificates asn1.RawValue `asn1:"optional"`
	Signers      []signerInfo  `asn1:"set"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content []byte `asn1:"explicit,optional,omitempty,tag:0"`
}

type signerInfo struct {
	Version   int
	Issuer    asn1.RawValue // issuerAndSerialNumber
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue // signedAttrs, a SET tagged 0
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []any `asn1:"set"`
}

// signed is the CMS signature of the toy signing authority over content: with
// the content inside, or detached with the signer's certificate as a CHUID has
// it.
func signed(kind asn1.ObjectIdentifier, content []byte, detached bool) []byte {
	by := testpki.Signing()
	sha := pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}
	sum := sha256.Sum256(content)
	attributes := encode(struct {
		A []attribute `asn1:"set"`
	}{[]attribute{
		{oidContentType, []any{kind}},
		{oidMessageDigest, []any{sum[:]}},
		{oidSignerName, []any{asn1.RawValue{FullBytes: by.Certificate.RawSubject}}},
	}})
	set := unwrap(attributes)
	sum = sha256.Sum256(set.FullBytes)
	signature, err := rsa.SignPKCS1v15(nil, by.Key, crypto.SHA256, sum[:])
	if err != nil {
		panic("piv: " + err.Error())
	}
	data := signedData{
		Version: 3,
		Digests: []pkix.AlgorithmIdentifier{sha},
		Content: encapsulated{Type: kind},
		Signers: []signerInfo{{
			Version: 1,
			Issuer: asn1.RawValue{FullBytes: encode(struct {
				Issuer asn1.RawValue
				Serial any
			}{asn1.RawValue{FullBytes: by.Certificate.RawIssuer}, by.Certificate.SerialNumber})},
			Digest:    sha,
			Signed:    asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: set.Bytes},
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidRSASHA256, Parameters: asn1.NullRawValue},
			Signature: signature,
		}},
	}
	if detached {
		data.Certificates = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: by.Certificate.Raw}
	} else {
		data.Content.Content = content
	}
	return encode(contentInfo{oidSignedData, data})
}

// unwrap is what stands in a SEQUENCE of one.
func unwrap(sequence []byte) (inner asn1.RawValue) {
	var outer asn1.RawValue
	if _, err := asn1.Unmarshal(sequence, &outer); err != nil {
		panic("piv: " + err.Error())
	}
	if _, err := asn1.Unmarshal(outer.Bytes, &inner); err != nil {
		panic("piv: " + err.Error())
	}
	return inner
}

// encode is DER. The values are ours, so a failure is a bug.
func encode(v any) []byte {
	der, err := asn1.Marshal(v)
	if err != nil {
		panic("piv: " + err.Error())
	}
	return der
}

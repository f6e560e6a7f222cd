package testpki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"time"
)

// Spare is a key that a card may have beside the two of an Identity.
type Spare struct {
	Key         crypto.Signer // *rsa.PrivateKey or *ecdsa.PrivateKey
	Certificate *x509.Certificate
}

// The policy of the spare certificates: made up, as the NHS issues none.
var sparePolicy = asn1.ObjectIdentifier{1, 2, 826, 0, 1275, 101, 0, 3, 1, 99}

// Spares are h's further keys by PIV key reference, with certificates valid
// from and to those times: 9D for key management (RSA-2048), 9E to
// authenticate the card without passcode (P-256), and two retired management
// keys, 82 (RSA-2048) and 83 (P-384). All cards have the same RSA keys here;
// the others are the holder's own.
func Spares(h Holder, from, to time.Time) map[byte]Spare {
	keys := map[byte]struct {
		key crypto.Signer
		use use
	}{
		0x9D: {Published("management"), use{x509.KeyUsageKeyEncipherment, sparePolicy, "management"}},
		0x9E: {derived(h, "card", elliptic.P256()), use{x509.KeyUsageDigitalSignature, sparePolicy, "card"}},
		0x82: {Published("retired"), use{x509.KeyUsageKeyEncipherment, sparePolicy, "retired-1"}},
		0x83: {derived(h, "retired", elliptic.P384()), use{x509.KeyUsageKeyAgreement, sparePolicy, "retired-2"}},
	}
	by, out := Authentication(), map[byte]Spare{}
	for ref, k := range keys {
		out[ref] = Spare{k.key, by.leaf(h, k.key.Public(), from, to, k.use)}
	}
	return out
}

// derived is a private key anyone can compute from the holder's UUID.
func derived(h Holder, what string, curve elliptic.Curve) *ecdsa.PrivateKey {
	sum := sha512.Sum384([]byte(h.UUID + "/" + what))
	scalar := sum[:curve.Params().BitSize/8]
	scalar[0] &= 0x7F // below the order of either curve
	key, err := ecdsa.ParseRawPrivateKey(curve, scalar)
	if err != nil {
		panic("testpki: " + err.Error())
	}
	return key
}

package applet

import (
	"crypto"
	"crypto/ecdsa"
)

// CurveKey is a private key on P-256 or P-384 on a card. Its signatures are
// deterministic (RFC 6979), so that a card without randomness repeats itself.
type CurveKey struct {
	Private *ecdsa.PrivateKey
	Flip    bool // the fault of a signature with one wrong bit
}

// Size is the length of a coordinate in bytes, and the longest digest.
func (k CurveKey) Size() int { return (k.Private.Params().BitSize + 7) / 8 }

// Sign is the DER of an ECDSA signature (RFC 3279 §2.2.3) over a digest of at
// most Size bytes. Others are ErrInput.
func (k CurveKey) Sign(digest []byte) ([]byte, error) {
	n := k.Size()
	if len(digest) == 0 || len(digest) > n {
		return nil, ErrInput
	}
	padded := make([]byte, n)
	copy(padded[n-len(digest):], digest)
	hash := crypto.SHA256
	if n > hash.Size() {
		hash = crypto.SHA384
	}
	s, err := k.Private.Sign(nil, padded, hash)
	if err != nil {
		return nil, ErrInput
	}
	if k.Flip {
		s[len(s)-1] ^= 1
	}
	return s, nil
}

// Agree is the x-coordinate that the key and an uncompressed point give (SP
// 800-56A §5.7.1.2). A point that is not on the curve is ErrInput.
func (k CurveKey) Agree(point []byte) ([]byte, error) {
	own, err := k.Private.ECDH()
	if err != nil {
		return nil, ErrInput
	}
	other, err := own.Curve().NewPublicKey(point)
	if err != nil {
		return nil, ErrInput
	}
	x, err := own.ECDH(other)
	if err != nil {
		return nil, ErrInput
	}
	return x, nil
}

package applet

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
)

// ErrInput is data a key cannot work on.
var ErrInput = errors.New("applet: the key cannot work on this input")

// Key is an RSA private key on a card. The keys are published test keys, so no
// care is taken to hide their timing.
type Key struct {
	Private *rsa.PrivateKey
	Flip    bool // the fault of a signature with one wrong bit
}

// Size is the length of a signature in bytes.
func (k Key) Size() int { return k.Private.Size() }

// Raw is block^d mod n (RFC 8017 §5.2.1) for a block of Size bytes.
func (k Key) Raw(block []byte) ([]byte, error) {
	m := new(big.Int).SetBytes(block)
	if len(block) != k.Size() || m.Cmp(k.Private.N) >= 0 {
		return nil, ErrInput
	}
	if t, ok := payload(block); ok {
		return k.Pad(t)
	}
	return k.out(k.power(m).FillBytes(make([]byte, k.Size()))), nil
}

// power is m^d mod n by the two primes (RFC 8017 §5.1.2), four times as fast as
// without them.
func (k Key) power(m *big.Int) *big.Int {
	p := k.Private.Precomputed
	if p.Qinv == nil || len(k.Private.Primes) != 2 {
		return new(big.Int).Exp(m, k.Private.D, k.Private.N)
	}
	first, second := k.Private.Primes[0], k.Private.Primes[1]
	s := new(big.Int).Exp(m, p.Dp, first)
	t := new(big.Int).Exp(m, p.Dq, second)
	s.Sub(s, t).Mul(s, p.Qinv).Mod(s, first)
	return s.Mul(s, second).Add(s, t)
}

// Pad signs t with the padding of RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.1) put
// around it; t is a DigestInfo, or whatever the host says.
func (k Key) Pad(t []byte) ([]byte, error) {
	s, err := rsa.SignPKCS1v15(nil, k.Private, crypto.Hash(0), t)
	if err != nil {
		return nil, ErrInput
	}
	return k.out(s), nil
}

// Decipher undoes RSAES-PKCS1-v1_5 (RFC 8017 §7.2.2).
func (k Key) Decipher(c []byte) ([]byte, error) {
	m, err := rsa.DecryptPKCS1v15(nil, k.Private, c)
	if err != nil {
		return nil, ErrInput
	}
	return m, nil
}

func (k Key) out(s []byte) []byte {
	if k.Flip {
		s[len(s)-1] ^= 1
	}
	return s
}

// payload finds T in 00 01 FF… 00 T, the block of RFC 8017 §9.2.
func payload(block []byte) ([]byte, bool) {
	if block[0] != 0 || block[1] != 1 {
		return nil, false
	}
	for i := 2; i < len(block); i++ {
		switch {
		case block[i] == 0xFF:
		case block[i] == 0 && i >= 10:
			return block[i+1:], true
		default:
			return nil, false
		}
	}
	return nil, false
}

// SaveKey is a private key as a cell of State: PKCS #8 (RFC 5958), DER. It
// panics on a key of a kind no card has.
func SaveKey(k crypto.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		panic("applet: " + err.Error())
	}
	return der
}

// LoadKey reads what SaveKey gave. Errors wrap ErrState.
func LoadKey(der []byte) (crypto.PrivateKey, error) {
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	return k, nil
}

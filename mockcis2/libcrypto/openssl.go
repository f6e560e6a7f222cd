//go:build linux && cgo

package libcrypto

import (
	"crypto"
	"crypto/rsa"

	"github.com/golang-fips/openssl/v2"
	"github.com/golang-fips/openssl/v2/bbig"
)

// name is the library's, for all releases of OpenSSL 3. Older ones get no mending
// any more.
const name = "libcrypto.so.3"

// load gives the key to OpenSSL, or is nil where that cannot be.
func load(key *rsa.PrivateKey) func(sum []byte) ([]byte, error) {
	p := &key.Precomputed
	if len(key.Primes) != 2 || p.Dp == nil || p.Dq == nil || p.Qinv == nil || openssl.Init(name) != nil {
		return nil
	}
	e := openssl.BigInt{uint(key.E)}
	k, err := openssl.NewPrivateKeyRSA(bbig.Enc(key.N), e, bbig.Enc(key.D), bbig.Enc(key.Primes[0]), bbig.Enc(key.Primes[1]),
		bbig.Enc(p.Dp), bbig.Enc(p.Dq), bbig.Enc(p.Qinv))
	if err != nil {
		return nil
	}
	return func(sum []byte) ([]byte, error) { return openssl.SignRSAPKCS1v15(k, crypto.SHA256, sum) }
}

package authentic

import (
	"crypto/rsa"
	"math/big"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// importKey reads 7F48 with 92 p, 93 q, 94 1/q mod p, 95 d mod p-1, 96 d mod q-1
// and 7F49 with 81 n, 82 e (RFC 8017 §3.2), and checks them against each other.
// It is nil where they are not one key of this size.
func importKey(material []byte, bits int) *rsa.PrivateKey {
	m, ok1 := strict(material, 0x7F48, 0x7F49)
	private, ok2 := strict(m[0x7F48], 0x92, 0x93, 0x94, 0x95, 0x96)
	public, ok3 := strict(m[0x7F49], 0x81, 0x82)
	if !ok1 || !ok2 || !ok3 || len(private) != 5 || len(public) != 2 {
		return nil
	}
	for _, v := range private {
		if len(v) > bits/16+1 { // a host's huge numbers would keep us busy
			return nil
		}
	}
	n, e := number(public[0x81]), number(public[0x82])
	if n.BitLen() != bits || e.BitLen() > 31 {
		return nil
	}
	k := fromPrimes(number(private[0x92]), number(private[0x93]), n, e)
	if k == nil || k.Precomputed.Qinv.Cmp(number(private[0x94])) != 0 ||
		k.Precomputed.Dp.Cmp(number(private[0x95])) != 0 || k.Precomputed.Dq.Cmp(number(private[0x96])) != 0 {
		return nil
	}
	return k
}

// fromPrimes is the key of these numbers, or nil where they are not a key's.
func fromPrimes(p, q, n, e *big.Int) *rsa.PrivateKey {
	one := big.NewInt(1)
	if p.Cmp(one) <= 0 || q.Cmp(one) <= 0 {
		return nil
	}
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(e, order)
	if d == nil {
		return nil
	}
	k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: int(e.Int64())}, D: d, Primes: []*big.Int{p, q}}
	if k.Validate() != nil {
		return nil
	}
	k.Precompute()
	return k
}

func number(b []byte) *big.Int { return new(big.Int).SetBytes(b) }

// generate is GENERATE ASYMMETRIC KEY PAIR (ISO/IEC 7816-8 §5.1) into a key
// object: AC with 80 mechanism, 83 reference and perhaps 82 public exponent,
// which must be 65537 (assumed). The answer is 7F49 with 81 n, 82 e.
func (a *Applet) generate(c iso7816.Command) iso7816.Response {
	if c.P1 != 0 || c.P2 != 0 {
		return applet.Status(iso7816.WrongP1P2)
	}
	top, ok1 := strict(c.Data, 0xAC)
	p, ok2 := strict(top[0xAC], 0x80, 0x82, 0x83)
	if !ok1 || !ok2 {
		return applet.Status(iso7816.WrongData)
	}
	ref, bits, sw := object(p)
	if sw != iso7816.OK {
		return applet.Status(sw)
	}
	if e, given := p[0x82]; given && number(e).Cmp(big.NewInt(65537)) != 0 {
		return applet.Status(iso7816.FunctionMissing)
	}
	k, sw := a.key(ref, bits, keyGenerate)
	if sw != iso7816.OK {
		return applet.Status(sw)
	}
	private, err := a.config.Generate(bits)
	if err != nil {
		return applet.Status(iso7816.NoDiagnosis)
	}
	k.Private = private
	a.config.Memory.Change()
	return applet.Data(iso7816.Wrap(0x7F49,
		iso7816.Wrap(0x81, private.N.Bytes()),
		iso7816.Wrap(0x82, []byte{0x01, 0x00, 0x01})))
}

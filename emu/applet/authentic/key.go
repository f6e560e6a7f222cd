package authentic

import (
	"crypto/rsa"
	"math/big"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Places of a rule in the access rules of a key.
const (
	keyUpdate, keyDelete, keyDecipher, keySign, keyAuthenticate, keyGenerate = 0, 1, 2, 3, 4, 5
	keyRules                                                                 = 6
)

// Key is a key object of the card.
type Key struct {
	Bits    int             // of the modulus
	Access  []byte          // rules UPDATE, DELETE, PSO DECRYPT, PSO CDS, INTERNAL AUTHENTICATE, GENERATE
	Private *rsa.PrivateKey // nil until one is stored or generated
}

// mechanisms are the RSA key sizes by mechanism byte.
var mechanisms = map[byte]int{0x08: 1024, 0x09: 1280, 0x0A: 1536, 0x0B: 1792, 0x0C: 2048}

// object is the head of all that is said about a key: 80 mechanism, 83
// reference.
func object(p map[uint32][]byte) (ref byte, bits int, sw iso7816.SW) {
	mechanism, id := p[0x80], p[0x83]
	if len(mechanism) != 1 || len(id) != 1 || id[0] == 0 || id[0] > 0x7F {
		return 0, 0, iso7816.WrongData
	}
	bits, known := mechanisms[mechanism[0]]
	switch {
	case known:
		return id[0], bits, iso7816.OK
	case mechanism[0] >= 0x02 && mechanism[0] <= 0x07: // DES and AES
		return 0, 0, iso7816.FunctionMissing
	}
	return 0, 0, iso7816.WrongData
}

// putKey creates a key object when access rules (86) come, stores a private key
// in it when one (A5) comes, and deletes it when nothing more than mechanism and
// reference does. The security parameter 87 and the usage counter 90 are not
// modelled: 6A81.
func (a *Applet) putKey(data []byte) iso7816.Response {
	top, ok1 := strict(data, 0xA1)
	p, ok2 := strict(top[0xA1], 0x80, 0x83, 0x86, 0x87, 0x90, 0xA5)
	if !ok1 || !ok2 {
		return applet.Status(iso7816.WrongData)
	}
	ref, bits, sw := object(p)
	_, create := p[0x86]
	_, store := p[0xA5]
	switch {
	case sw != iso7816.OK:
		return applet.Status(sw)
	case p[0x87] != nil || p[0x90] != nil:
		return applet.Status(iso7816.FunctionMissing)
	case create && store:
		return applet.Status(iso7816.WrongData)
	case create:
		return applet.Status(a.createKey(ref, bits, p[0x86]))
	case store:
		return applet.Status(a.storeKey(ref, bits, p[0xA5]))
	}
	return applet.Status(a.deleteKey(ref, bits))
}

// createKey wants the rule CRYPTO of the current directory, as OpenSC does.
func (a *Applet) createKey(ref byte, bits int, access []byte) iso7816.SW {
	switch {
	case len(access) != 2*keyRules:
		return iso7816.WrongData
	case !a.may(at(a.current.Access, dirCrypto)):
		return iso7816.SecurityStatus
	case a.config.Keys[ref] != nil:
		return exists
	}
	a.config.Keys[ref] = &Key{Bits: bits, Access: slices.Clone(access)}
	a.config.Memory.Change()
	return iso7816.OK
}

func (a *Applet) deleteKey(ref byte, bits int) iso7816.SW {
	if _, sw := a.key(ref, bits, keyDelete); sw != iso7816.OK {
		return sw
	}
	delete(a.config.Keys, ref)
	a.config.Memory.Change()
	return iso7816.OK
}

func (a *Applet) storeKey(ref byte, bits int, material []byte) iso7816.SW {
	k, sw := a.key(ref, bits, keyUpdate)
	if sw != iso7816.OK {
		return sw
	}
	private := importKey(material, bits)
	if private == nil {
		return iso7816.WrongData
	}
	k.Private = private
	a.config.Memory.Change()
	return iso7816.OK
}

// key finds a key object of this size whose rule at a place holds.
func (a *Applet) key(ref byte, bits, place int) (*Key, iso7816.SW) {
	k := a.config.Keys[ref]
	switch {
	case k == nil:
		return nil, iso7816.ReferenceNotFound
	case k.Bits != bits:
		return nil, iso7816.WrongData
	case !a.may(at(k.Access, place)):
		return nil, iso7816.SecurityStatus
	}
	return k, iso7816.OK
}

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
		if len(v) == 0 || len(v) > bits/16+1 {
			return nil
		}
	}
	if len(public[0x81]) > bits/8+1 || len(public[0x82]) > 4 {
		return nil
	}
	p, q := number(private[0x92]), number(private[0x93])
	n, e := number(public[0x81]), number(public[0x82])
	one := big.NewInt(1)
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	if n.BitLen() != bits || p.Cmp(one) <= 0 || q.Cmp(one) <= 0 || e.BitLen() > 31 {
		return nil
	}
	d := new(big.Int).ModInverse(e, order)
	if d == nil {
		return nil
	}
	k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: int(e.Int64())}, D: d, Primes: []*big.Int{p, q}}
	if k.Validate() != nil {
		return nil
	}
	k.Precompute()
	c := k.Precomputed
	if c.Qinv.Cmp(number(private[0x94])) != 0 || c.Dp.Cmp(number(private[0x95])) != 0 || c.Dq.Cmp(number(private[0x96])) != 0 {
		return nil
	}
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

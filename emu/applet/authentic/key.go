package authentic

import (
	"crypto/rsa"
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
		return applet.FileExists
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

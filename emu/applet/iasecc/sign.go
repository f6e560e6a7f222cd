package iasecc

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// indicator is the byte before a cryptogram.
const indicator = 0x81

// operation is one use of a private key.
type operation func(applet.Key, []byte) ([]byte, error)

// internalAuthenticate is INTERNAL AUTHENTICATE (ISO/IEC 7816-4 §7.5.2): what
// comes, a DigestInfo if the host is right, is padded and signed.
func (a *Applet) internalAuthenticate(c iso7816.Command) iso7816.Response {
	if c.P1 != 0 || c.P2 != 0 {
		return applet.Status(iso7816.WrongP1P2)
	}
	return a.operate(a.env.authenticate.key, keyAuthenticate, c.Data, applet.Key.Pad)
}

// securityOperation is PERFORM SECURITY OPERATION (ISO/IEC 7816-8 §5.2): 9E9A
// signs, 8086 deciphers, 90A0 hashes.
func (a *Applet) securityOperation(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 == 0x9E && c.P2 == 0x9A:
		return a.sign(c.Data)
	case c.P1 == 0x80 && c.P2 == 0x86:
		if len(c.Data) == 0 || c.Data[0] != indicator {
			return applet.Status(iso7816.WrongData)
		}
		return a.operate(a.env.decipher.key, keyDecipher, c.Data[1:], applet.Key.Decipher)
	case c.P1 == 0x90 && c.P2 == 0xA0:
		return applet.Status(a.hash(c.Data))
	}
	return applet.Status(iso7816.WrongP1P2)
}

// key is a key of the application by the reference commands use, or nil.
func (a *Applet) key(ref byte) *rsa.PrivateKey {
	if ref&local == 0 || a.current == a.config.Master {
		return nil
	}
	return a.config.Keys[ref&^local]
}

// operate uses a key if its rule allows.
func (a *Applet) operate(ref, right byte, data []byte, with operation) iso7816.Response {
	private := a.key(ref)
	if private == nil {
		return applet.Status(iso7816.ConditionsOfUse)
	}
	rule := a.keyRule(ref &^ local)
	open := a.config.Quirks.SignWithoutPasscode && condition(rule, right) != never
	if sw := a.allow(rule, right); sw != iso7816.OK && !open {
		return applet.Status(sw)
	}
	if len(data) == 0 {
		return applet.Status(iso7816.WrongLength)
	}
	out, err := with(applet.Key{Private: private, Flip: a.config.Quirks.WrongSignature}, data)
	if err != nil {
		return applet.Status(iso7816.WrongData)
	}
	return applet.Data(out)
}

// digests are the lengths of the digests that algorithms which name a hash want.
var digests = map[byte]int{algorithmSHA1: sha1.Size, algorithmSHA256: sha256.Size}

// sign pads and signs what the host sent, or what PSO HASH left where it sent
// nothing. An algorithm that names a hash wants a digest of that length, to
// which the card adds the DigestInfo.
func (a *Applet) sign(data []byte) iso7816.Response {
	algorithm := a.env.sign.algorithm
	if len(data) == 0 {
		data, a.env.digest = a.env.digest, nil
		if data == nil {
			return applet.Status(iso7816.ConditionsOfUse)
		}
	}
	if n := digests[algorithm]; n != 0 {
		if len(data) != n {
			return applet.Status(iso7816.WrongData)
		}
		if a.config.PrefixDigestInfo {
			data = applet.DigestInfo(data)
		}
	}
	return a.operate(a.env.sign.key, keySign, data, applet.Key.Pad)
}

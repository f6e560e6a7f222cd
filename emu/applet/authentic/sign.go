package authentic

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The control reference templates of MANAGE SECURITY ENVIRONMENT.
const (
	templateSign     = 0xB6
	templateDecipher = 0xB8
	algorithmPKCS1   = 0x11
)

// environment is what MANAGE SECURITY ENVIRONMENT set: the key each operation
// uses, 0 for none.
type environment struct{ sign, decipher byte }

// manageEnvironment is MANAGE SECURITY ENVIRONMENT SET (ISO/IEC 7816-4
// §7.5.11) with 80 algorithm and 83 key reference, in either order.
func (a *Applet) manageEnvironment(c iso7816.Command) iso7816.Response {
	if c.P1 != 0x41 || (c.P2 != templateSign && c.P2 != templateDecipher) {
		return applet.Status(iso7816.WrongP1P2)
	}
	algorithm, ok1 := iso7816.Find(c.Data, 0x80)
	key, ok2 := iso7816.Find(c.Data, 0x83)
	if !ok1 || !ok2 || len(key) != 1 || len(algorithm) != 1 || algorithm[0] != algorithmPKCS1 {
		return applet.Status(iso7816.WrongData)
	}
	if a.config.Keys[key[0]] == nil {
		return applet.Status(iso7816.ReferenceNotFound)
	}
	if c.P2 == templateSign {
		a.env.sign = key[0]
		return applet.Status(iso7816.OK)
	}
	if !a.config.MayDecipher[key[0]] {
		return applet.Status(iso7816.ConditionsOfUse)
	}
	a.env.decipher = key[0]
	return applet.Status(iso7816.OK)
}

// securityOperation is PERFORM SECURITY OPERATION (ISO/IEC 7816-8 §5.2): 9E9A
// signs, 8086 deciphers.
func (a *Applet) securityOperation(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 == 0x9E && c.P2 == 0x9A:
		return a.operate(a.env.sign, c.Data, a.sign)
	case c.P1 == 0x80 && c.P2 == 0x86:
		return a.operate(a.env.decipher, c.Data, applet.Key.Decipher)
	}
	return applet.Status(iso7816.WrongP1P2)
}

func (a *Applet) operate(ref byte, data []byte, with func(applet.Key, []byte) ([]byte, error)) iso7816.Response {
	if !a.pins[refUser].Verified() && !a.config.Quirks.SignWithoutPasscode {
		return applet.Status(iso7816.SecurityStatus)
	}
	private := a.config.Keys[ref]
	if private == nil {
		return applet.Status(iso7816.ConditionsOfUse)
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

// prefixes are the DER of a DigestInfo up to the digest (RFC 8017 §9.2 note 1),
// by digest length: SHA-1 and SHA-256.
var prefixes = map[int][]byte{
	20: {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14},
	32: {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20},
}

// sign pads what the host sent and signs it. OpenSC sends a bare digest for
// CKM_SHA256_RSA_PKCS; whether a real card adds the DigestInfo is not known.
func (a *Applet) sign(k applet.Key, data []byte) ([]byte, error) {
	if a.config.PrefixDigestInfo {
		data = append(append([]byte(nil), prefixes[len(data)]...), data...)
	}
	return k.Pad(data)
}

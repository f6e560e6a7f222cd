package authentic

import (
	"crypto/rsa"
	"crypto/sha1"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The control reference templates of MANAGE SECURITY ENVIRONMENT.
const (
	templateAuthenticate = 0xA4
	templateSign         = 0xB6
	templateDecipher     = 0xB8
)

// Algorithm bytes.
const (
	algorithmPKCS1   = 0x11 // RSASSA-PKCS1-v1_5 or RSAES-PKCS1-v1_5
	algorithmRaw     = 0x12 // the bare RSA operation, "X.509"
	algorithmOAEP    = 0x13 // RSAES-OAEP with SHA-1
	algorithmISO9796 = 0x14 // not modelled
)

// algorithms are those a template takes.
var algorithms = map[byte][]byte{
	templateAuthenticate: {algorithmPKCS1, algorithmRaw},
	templateSign:         {algorithmPKCS1, algorithmRaw},
	templateDecipher:     {algorithmPKCS1, algorithmRaw, algorithmOAEP},
}

// operation is what MANAGE SECURITY ENVIRONMENT set for a template. The zero
// value is nothing.
type operation struct{ key, algorithm byte }

// manageEnvironment is MANAGE SECURITY ENVIRONMENT SET (ISO/IEC 7816-4
// §7.5.11) with 80 algorithm and 83 key reference, in either order. Only the
// templates B6 and B8 are recorded; A4 is assumed.
func (a *Applet) manageEnvironment(c iso7816.Command) iso7816.Response {
	takes, ok := algorithms[c.P2]
	if c.P1 != 0x41 || !ok {
		return applet.Status(iso7816.WrongP1P2)
	}
	p, ok := strict(c.Data, 0x80, 0x83)
	algorithm, key := p[0x80], p[0x83]
	switch {
	case !ok || len(key) != 1 || len(algorithm) != 1:
		return applet.Status(iso7816.WrongData)
	case algorithm[0] == algorithmISO9796:
		return applet.Status(iso7816.FunctionMissing)
	case !slices.Contains(takes, algorithm[0]):
		return applet.Status(iso7816.WrongData)
	case a.config.Keys[key[0]] == nil:
		return applet.Status(iso7816.ReferenceNotFound)
	}
	a.env[c.P2] = operation{key[0], algorithm[0]}
	return applet.Status(iso7816.OK)
}

// securityOperation is PERFORM SECURITY OPERATION (ISO/IEC 7816-8 §5.2): 9E9A
// signs, 8086 deciphers a cryptogram that comes without padding indicator.
func (a *Applet) securityOperation(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 == 0x9E && c.P2 == 0x9A:
		// OpenSC sends a bare digest for CKM_SHA256_RSA_PKCS; whether a real
		// card adds the DigestInfo is not known.
		if a.config.PrefixDigestInfo && a.env[templateSign].algorithm == algorithmPKCS1 {
			c.Data = applet.DigestInfo(c.Data)
		}
		return a.operate(templateSign, keySign, c.Data, sign)
	case c.P1 == 0x80 && c.P2 == 0x86:
		return a.operate(templateDecipher, keyDecipher, c.Data, decipher)
	}
	return applet.Status(iso7816.WrongP1P2)
}

// internalAuthenticate is INTERNAL AUTHENTICATE (ISO/IEC 7816-4 §7.5.2) of what
// the host sent, with the key of template A4. OpenSC never sends it to this
// card; its keys have a rule for it, so it is assumed.
func (a *Applet) internalAuthenticate(c iso7816.Command) iso7816.Response {
	if c.P1 != 0 || c.P2 != 0 {
		return applet.Status(iso7816.WrongP1P2)
	}
	return a.operate(templateAuthenticate, keyAuthenticate, c.Data, sign)
}

// operate uses the key of a template, if its rule at a place holds.
func (a *Applet) operate(template byte, place int, data []byte, with func(applet.Key, byte, []byte) ([]byte, error)) iso7816.Response {
	op := a.env[template]
	k := a.config.Keys[op.key]
	if k == nil || k.Private == nil {
		return applet.Status(iso7816.ConditionsOfUse)
	}
	guard := at(k.Access, place)
	loose := a.config.Quirks.SignWithoutPasscode && guard.credentials() != 0
	switch {
	case !loose && !a.may(guard):
		return applet.Status(iso7816.SecurityStatus)
	case len(data) == 0:
		return applet.Status(iso7816.WrongLength)
	}
	out, err := with(applet.Key{Private: k.Private, Flip: a.config.Quirks.WrongSignature}, op.algorithm, data)
	if err != nil {
		return applet.Status(iso7816.WrongData)
	}
	return applet.Data(out)
}

// sign pads what the host sent, or takes it as the whole block.
func sign(k applet.Key, algorithm byte, data []byte) ([]byte, error) {
	if algorithm == algorithmRaw {
		return k.Raw(data)
	}
	return k.Pad(data)
}

func decipher(k applet.Key, algorithm byte, data []byte) ([]byte, error) {
	k.Flip = false // a fault of signatures
	switch algorithm {
	case algorithmRaw:
		return k.Raw(data)
	case algorithmOAEP:
		return rsa.DecryptOAEP(sha1.New(), nil, k.Private, data, nil)
	}
	return k.Decipher(data)
}

package iasecc

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// The control reference templates of MANAGE SECURITY ENVIRONMENT, and the
// algorithms each can name.
const (
	templateAuthenticate = 0xA4
	templateSign         = 0xB6
	templateDecipher     = 0xB8
	templateHash         = 0xAA

	algorithmAny      = 0x02 // RSA with the padding of PKCS #1, of whatever comes
	algorithmSHA1     = 0x12
	algorithmSHA256   = 0x42
	algorithmDecipher = 0x1A
	hashSHA1          = 0x10
	hashSHA256        = 0x40
)

var algorithms = map[byte][]byte{
	templateAuthenticate: {algorithmAny},
	templateSign:         {algorithmAny, algorithmSHA1, algorithmSHA256},
	templateDecipher:     {algorithmDecipher},
	templateHash:         {hashSHA1, hashSHA256},
}

// choice is what one template was set to: an algorithm and a key, 0 for none.
type choice struct{ algorithm, key byte }

// environment is what MANAGE SECURITY ENVIRONMENT set, and what PSO HASH left
// to be signed.
type environment struct {
	authenticate, sign, decipher, hash choice
	digest                             []byte
}

// manageEnvironment is MANAGE SECURITY ENVIRONMENT SET (ISO/IEC 7816-4
// §7.5.11): 80 algorithm, and 84 or 83 key, in any order. Keys are local to the
// application.
func (a *Applet) manageEnvironment(c iso7816.Command) iso7816.Response {
	known, ok := algorithms[c.P2]
	if c.P1 != 0x41 || !ok {
		return applet.Status(iso7816.WrongP1P2)
	}
	x, ok := chosen(c.Data)
	if !ok || !slices.Contains(known, x.algorithm) || (x.key == 0) != (c.P2 == templateHash) {
		return applet.Status(iso7816.WrongData)
	}
	if c.P2 != templateHash && a.key(x.key) == nil {
		return applet.Status(iso7816.ReferenceNotFound)
	}
	switch c.P2 {
	case templateAuthenticate:
		a.env.authenticate = x
	case templateSign:
		a.env.sign = x
	case templateDecipher:
		a.env.decipher = x
	case templateHash:
		a.env.hash, a.env.digest = x, nil
	}
	return applet.Status(iso7816.OK)
}

// chosen reads a template.
func chosen(data []byte) (x choice, ok bool) {
	objects, err := iso7816.ParseTLVs(data)
	for _, o := range objects {
		if len(o.Value) != 1 {
			return x, false
		}
		switch o.Tag {
		case 0x80:
			x.algorithm = o.Value[0]
		case 0x83, 0x84:
			x.key = o.Value[0]
		default:
			return x, false
		}
	}
	return x, err == nil
}

package piv

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"math/big"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// generate is GENERATE ASYMMETRIC KEY PAIR (SP 800-73-4 part 2 §3.3.2):
// AC { 80 algorithm, [81 parameter] }. Other tags, such as the policies some
// hosts add, are ignored. The certificate of the old key stays.
func (a *Applet) generate(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 != 0x00 || !carries(c.P2):
		return applet.Status(iso7816.WrongP1P2)
	case !a.admin:
		return applet.Status(iso7816.SecurityStatus)
	}
	algorithm, ok := control(c.Data)
	if !ok {
		return applet.Status(iso7816.WrongData)
	}
	key, err := newKey(algorithm)
	switch {
	case err != nil:
		return applet.Status(iso7816.NoDiagnosis)
	case key == nil:
		return applet.Status(iso7816.WrongData)
	}
	a.config.Keys[c.P2] = key
	a.config.Memory.Change()
	return applet.Data(public(key.Public()))
}

// control reads the control reference template. An RSA key has the exponent
// 65537 and no other.
func control(data []byte) (algorithm byte, ok bool) {
	t, ok := template(data, 0xAC)
	if id := t[0x80]; !ok || len(id) != 1 {
		return 0, false
	}
	algorithm = t[0x80][0]
	exponent := bytes.TrimLeft(t[0x81], "\x00")
	curve := algorithm == algorithmP256 || algorithm == algorithmP384
	return algorithm, curve || len(exponent) == 0 || bytes.Equal(exponent, []byte{1, 0, 1})
}

// public is a public key as the card answers it.
func public(key crypto.PublicKey) []byte {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return iso7816.Wrap(0x7F49, iso7816.Wrap(0x81, k.N.Bytes()), iso7816.Wrap(0x82, big.NewInt(int64(k.E)).Bytes()))
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		if err == nil {
			return iso7816.Wrap(0x7F49, iso7816.Wrap(0x86, point))
		}
	}
	return nil
}

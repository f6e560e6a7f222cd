package piv_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"fmt"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// administrator logs in where the randomness is zeros, so that the witness is
// known without the key.
var administrator = join(
	say("0087039B047C02800000", "7C0A8008…9000"),
	say("0087039B167C14"+"8008"+"0000000000000000"+"8108"+"112233445566778800", "7C0A8208…9000"),
)

const make9E = "0047009E05AC03800111" // needs the administrator, and is quick

// Requirement: the card knows its administrator by either authentication with
// every algorithm, and proves that it has the key itself. Source: SP 800-73-4
// part 2 appendix A.1 and A.2. Turned red by: deciphering where it enciphers.
func TestAdministrator(t *testing.T) {
	key := []byte(emu.DefaultAdminKey)
	triple, err := des.NewTripleDESCipher(key[:24])
	if err != nil {
		t.Fatal(err)
	}
	aesOf := func(n int) cipher.Block {
		b, err := aes.NewCipher(key[:n])
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	rows := []struct {
		p1    string
		key   piv.AdminKey
		block cipher.Block
	}{
		{"00", piv.AdminKey{Algorithm: piv.TripleDES, Key: key[:24]}, triple},
		{"03", piv.AdminKey{Algorithm: piv.TripleDES, Key: key[:24]}, triple},
		{"08", piv.AdminKey{Algorithm: piv.AES128, Key: key[:16]}, aesOf(16)},
		{"0A", piv.AdminKey{Algorithm: piv.AES192, Key: key[:24]}, aesOf(24)},
		{"0C", piv.AdminKey{Algorithm: piv.AES256, Key: key[:32]}, aesOf(32)},
	}
	for _, r := range rows {
		n := r.block.BlockSize()
		ask := func(tag byte) string { return fmt.Sprintf("0087%s9B047C02%02X0000", r.p1, tag) }
		answer := func(parts string) string {
			return fmt.Sprintf("0087%s9B%02X7C%02X%s00", r.p1, 2+len(parts)/2, len(parts)/2, parts)
		}
		shown := func(tag byte, value string) string { return fmt.Sprintf("7C%02X%02X%02X%s9000", n+2, tag, n, value) }
		zero, host := strings.Repeat("00", n), strings.Repeat("5A", n)
		part := func(tag byte, value string) string { return fmt.Sprintf("%02X%02X%s", tag, n, value) }
		enciphered := func(text string) string {
			out := make([]byte, n)
			r.block.Encrypt(out, bytesOf(t, text))
			return hexOf(out)
		}
		mutual := join(say(ask(0x80), shown(0x80, enciphered(zero))), say(answer(part(0x80, zero)+part(0x81, host)), shown(0x82, enciphered(host))))
		external := join(say(ask(0x81), shown(0x81, zero)), say(answer(part(0x82, enciphered(zero))), "9000"))
		done := say(make9E, "7F49…9000")
		script{
			"mutual":                   join(mutual, done),
			"mutual, reversed":         join(say(ask(0x80), "7C…9000"), say(answer(part(0x81, host)+part(0x80, zero)), shown(0x82, enciphered(host)))),
			"external":                 join(external, done),
			"mutual, wrong":            join(say(ask(0x80), "7C…9000"), say(answer(part(0x80, host)+part(0x81, host)), "6982"), say(make9E, "6982")),
			"mutual, not asked":        join(say(answer(part(0x80, zero)+part(0x81, host)), "6982"), say(make9E, "6982")),
			"mutual, twice":            join(mutual, say(answer(part(0x80, zero)+part(0x81, host)), "6982"), say(make9E, "6982")),
			"mutual, after another":    join(say(ask(0x80), "7C…9000"), say(discovery, "7E…9000"), say(answer(part(0x80, zero)+part(0x81, host)), "6982")),
			"mutual, to the challenge": join(say(ask(0x81), "7C…9000"), say(answer(part(0x80, zero)+part(0x81, host)), "6982")),
			"mutual, short":            join(say(ask(0x80), "7C…9000"), say(answer(part(0x80, zero)+"810101"), "6A80")),
			"external, wrong":          join(say(ask(0x81), "7C…9000"), say(answer(part(0x82, zero)), "6982"), say(make9E, "6982")),
			"external, not asked":      say(answer(part(0x82, enciphered(zero))), "6982"),
			"external, twice":          join(external, say(answer(part(0x82, enciphered(zero))), "6982")),
			"external, to the witness": join(say(ask(0x80), "7C…9000"), say(answer(part(0x82, enciphered(zero))), "6982")),
			"wrong drops right":        join(mutual, say(ask(0x81), "7C…9000"), say(answer(part(0x82, zero)), "6982"), say(make9E, "6982")),
			"lost on reset":            join(mutual, say(emutest.Reset, ""), say(make9E, "6982")),
			"question lost on reset":   join(say(ask(0x80), "7C…9000"), say(emutest.Reset, ""), say(answer(part(0x80, zero)+part(0x81, host)), "6982")),
			"lost to another":          join(mutual, say("00A4040008A000000003000000", "9000"), say(selectPIV, "61…9000"), say(make9E, "6982")),
			"kept by itself":           join(mutual, say(selectPIV, "61…9000"), done),
			"kept with passcode":       join(mutual, say(verify, "9000"), say(mistake, "63C2"), done),
			"enciphers for nobody":     join(say(answer(part(0x81, host)+"8200"), "6A80"), say(answer("8200"+part(0x81, host)), "6A80")),
			"malformed":                join(say(answer(""), "6A80"), say("0087"+r.p1+"9B00", "6A80"), say("0087"+r.p1+"9B0180", "6A80"), say(answer("8200"), "6A80")),
			"another algorithm":        join(say("0087079B047C028000", "6A86"), say("0087119B047C028000", "6A86")),
		}.runWith(t, func(c *piv.Config) { c.Admin = r.key })
	}
	script{"no key": join(say("0087039B047C028000", "6A86"), say(make9E, "6982"))}.runWith(t, func(c *piv.Config) { c.Admin = piv.AdminKey{} })
	script{
		"AES only":                say("0087039B047C028000", "6A86"),
		"passcode is not enough":  join(say(verify, "9000"), say(make9E, "6982"), say("00DB3FFF0153", "6982")),
		"administrator signs not": join(say("00870C9B047C028000", "7C…9000")),
	}.runWith(t, func(c *piv.Config) { c.Admin = piv.AdminKey{Algorithm: piv.AES256, Key: key[:32]} })
	script{"passcode of a series 9 card": join(administrator, sign("9A", "6982"))}.run(t)
}

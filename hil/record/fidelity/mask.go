package fidelity

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"io"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// mask takes out of an answer what is another on every card, and says what it
// took. An answer that is not built as it should be is left as it is.
func (w whole) mask() (rest []byte, what string) {
	if !w.parsed || len(w.data) == 0 {
		return w.data, ""
	}
	c := w.command
	switch c.INS {
	case 0x84:
		return make([]byte, len(w.data)), "random"
	case 0x88:
		return signature(w.data), "signature"
	case 0x2A:
		if c.P1 == 0x9E {
			return signature(w.data), "signature"
		}
	case 0x87:
		return authentication(w.data)
	case 0xCA:
		if c.P1 == 0x9F && c.P2 == 0x7F && len(w.data) > 13 {
			// GlobalPlatform CPLC: maker, chip and system stay; days, batches and
			// numbers of this card go.
			return append(bytes.Clone(w.data[:13]), make([]byte, len(w.data)-13)...), "number and days of making"
		}
	case 0xCB:
		rest, what := pivObject(c.Data, w.data)
		if owner := owned(c.Data); what == "" && owner != "" && strings.HasPrefix(w.sw, "61") {
			return make([]byte, len(w.data)), owner + ", not read to its end"
		}
		return rest, what
	case 0xA4:
		if strings.HasPrefix(w.file, "34") {
			return without(w.data, 0x62, "size of certificate", 0x80)
		}
	case 0xB0:
		return w.maskFile()
	}
	return w.data, ""
}

// signature keeps the length of an RSA signature and nothing of an ECDSA one,
// whose length is left to chance.
func signature(data []byte) []byte {
	if len(data) < 112 {
		return nil
	}
	return make([]byte, len(data))
}

// authentication is the answer to GENERAL AUTHENTICATE (SP 800-73-4 part 2
// §3.2.4): witness, challenge or response.
func authentication(data []byte) ([]byte, string) {
	rest, what := without(data, 0x7C, "signature or challenge", 0x80, 0x81, 0x82)
	if what == "" {
		return data, ""
	}
	for _, tag := range []uint32{0x80, 0x81, 0x82} {
		if value, ok := iso7816.Find(data, 0x7C, tag); ok {
			rest = append(rest, signature(value)...)
		}
	}
	return rest, what
}

// objects are the parts of PIV's objects that belong to one card or one person
// (SP 800-73-4 part 1 appendix A), by object.
var objects = map[string]struct {
	what string
	tags []uint32
}{
	"5FC102": {"numbers, day and signature", []uint32{0x30, 0x34, 0x35, 0x36, 0x3E}},
	"5FC107": {"card number", []uint32{0xF0}},
	"5FC106": {"signature", []uint32{0xBB}},
	"5FC122": {"certificate", []uint32{0x70}},
}

// pivObject masks the answer to GET DATA with a tag list.
func pivObject(asked, data []byte) ([]byte, string) {
	switch what := owned(asked); what {
	case "":
		return data, ""
	case "certificate":
		rest, what := without(data, 0x53, what, 0x70)
		if what != "" && !readable(data) {
			return append(rest, "no certificate"...), "contents, which are no certificate"
		}
		return rest, what
	default:
		list, _ := iso7816.Find(asked, 0x5C)
		return without(data, 0x53, what, objects[hexOf(list)].tags...)
	}
}

// readable reports whether a certificate object (SP 800-73-4 part 1 appendix A)
// holds what is built as a certificate, compressed or not.
func readable(object []byte) bool {
	raw, ok := iso7816.Find(object, 0x53, 0x70)
	if !ok {
		return false
	}
	if z, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
		if raw, err = io.ReadAll(io.LimitReader(z, 1<<16)); err != nil {
			return false
		}
	}
	_, err := x509.ParseCertificate(raw)
	return err == nil
}

// owned says what in the object that is asked for belongs to one card or person.
func owned(asked []byte) string {
	list, ok := iso7816.Find(asked, 0x5C)
	if !ok || len(list) != 3 {
		return ""
	}
	if o, ok := objects[hexOf(list)]; ok {
		return o.what
	}
	if n := list[2]; list[0] == 0x5F && list[1] == 0xC1 && (n == 1 || n == 5 || n == 0x0A || n == 0x0B || (n >= 0x0D && n <= 0x20)) {
		return "certificate"
	}
	return ""
}

// maskFile masks what READ BINARY finds in the files of PKCS#15 and IAS-ECC.
func (w whole) maskFile() ([]byte, string) {
	switch {
	case w.command.P1 == 0x9C: // EF.SN
		return without(w.data, 0, "card number", 0x5A)
	case w.file == "5032":
		return without(w.data, 0x30, "card number", 0x04)
	case strings.HasPrefix(w.file, "34"):
		return nil, "certificate"
	}
	return w.data, ""
}

// without empties the values of tags inside an outer tag, or at the top where
// outer is 0. What follows the outer object stays.
func without(data []byte, outer uint32, what string, tags ...uint32) ([]byte, string) {
	inner, rest := data, []byte(nil)
	if outer != 0 {
		t, after, err := iso7816.ReadTLV(data)
		if err != nil || t.Tag != outer {
			return data, ""
		}
		inner, rest = t.Value, after
	}
	list, err := iso7816.ParseTLVs(inner)
	if err != nil {
		return data, ""
	}
	var out []byte
	masked := false
	for _, t := range list {
		for _, tag := range tags {
			if t.Tag == tag && len(t.Value) > 0 {
				t.Value, masked = nil, true
			}
		}
		out = iso7816.AppendTLV(out, t.Tag, t.Value)
	}
	if !masked {
		return data, ""
	}
	return append(out, rest...), what
}

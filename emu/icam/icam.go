// Package icam reads the PIV test cards that the US General Services
// Administration publishes with its card builder (gsa-icam-card-builder, public
// domain): one folder a card, with the data objects as files and the keys in
// PKCS #12 files without a passcode. Most of those cards carry one named flaw,
// such as a tampered signature, so that nothing here is checked for sense: a
// card is what its folder says.
//
// The cards are no part of this repository. Whoever has them names their folder.
package icam

import (
	"crypto"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"software.sslmate.com/src/go-pkcs12"
)

// ErrCard is wrapped by every error about a folder that is no ICAM card. The
// text names the file.
var ErrCard = errors.New("icam: not an ICAM test card")

// Card is what one folder says of a card.
type Card struct {
	Objects map[uint32][]byte          // by tag; each value as GET DATA answers it, outer tag included
	Keys    map[byte]crypto.PrivateKey // by key reference: 9A, 9C, 9D, 9E; *rsa.PrivateKey or *ecdsa.PrivateKey
}

// objects are the files that hold a data object, with its tag (SP 800-73-4 part
// 1 table 3). All but the discovery object are without the outer tag.
var objects = []struct {
	file string
	tag  uint32
}{
	{"1 - Discovery Object", tagDiscovery},
	{"2 - Security Object", 0x5FC106},
	{"7 - CCC", 0x5FC107},
	{"8 - CHUID Object", 0x5FC102},
	{"9 - Fingerprints", 0x5FC103},
	{"10 - Face Object", 0x5FC108},
	{"11 - Printed Information", 0x5FC109},
}

const tagDiscovery = 0x7E

// pairs are the files that hold a key (.p12) and its certificate (.crt), with
// the key reference and the tag of the certificate. The same folders have
// further files with longer names, which the card builder copies from.
var pairs = []struct {
	file string
	key  byte
	tag  uint32
}{
	{"3 - ICAM_PIV_Auth_SP_800-73-4", 0x9A, 0x5FC105},
	{"4 - ICAM_PIV_Dig_Sig_SP_800-73-4", 0x9C, 0x5FC10A},
	{"5 - ICAM_PIV_Key_Mgmt_SP_800-73-4", 0x9D, 0x5FC10B},
	{"6 - ICAM_PIV_Card_Auth_SP_800-73-4", 0x9E, 0x5FC101},
}

// Folders are the names of the card folders in a copy of the ICAM cards, in
// order: those with a CHUID.
func Folders(all fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(all, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if _, err := fs.Stat(all, e.Name()+"/8 - CHUID Object"); e.IsDir() && err == nil {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no folder in it holds the file 8 - CHUID Object", ErrCard)
	}
	slices.Sort(names)
	return names, nil
}

// Read reads one card folder. An object whose file is empty, or that is an
// empty discovery object, is absent from the card. Errors wrap ErrCard.
func Read(folder fs.FS) (Card, error) {
	c := Card{Objects: map[uint32][]byte{}, Keys: map[byte]crypto.PrivateKey{}}
	for _, o := range objects {
		raw, err := read(folder, o.file)
		if err != nil {
			return Card{}, err
		}
		object, err := wrap(o.tag, raw)
		if err != nil {
			return Card{}, fmt.Errorf("%w: %s: %w", ErrCard, o.file, err)
		}
		if object != nil {
			c.Objects[o.tag] = object
		}
	}
	for _, p := range pairs {
		key, certificate, err := pair(folder, p.file)
		if err != nil {
			return Card{}, err
		}
		c.Keys[p.key] = key
		c.Objects[p.tag] = iso7816.Wrap(0x53, iso7816.Wrap(0x70, certificate), []byte{0x71, 1, 0, 0xFE, 0})
	}
	return c, nil
}

func read(folder fs.FS, file string) ([]byte, error) {
	raw, err := fs.ReadFile(folder, file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCard, err)
	}
	return raw, nil
}

// wrap makes the contents of a file what GET DATA answers, nil for an absent
// object.
func wrap(tag uint32, raw []byte) ([]byte, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	list, err := iso7816.ParseTLVs(raw)
	if err != nil {
		return nil, err
	}
	if tag != tagDiscovery {
		return iso7816.Wrap(0x53, raw), nil
	}
	if len(list) != 1 || list[0].Tag != tagDiscovery {
		return nil, fmt.Errorf("it begins with tag %X, not 7E alone", list[0].Tag)
	}
	if len(list[0].Value) == 0 {
		return nil, nil
	}
	return raw, nil
}

// pair reads a key and its certificate. The certificate is the .crt, for the
// one in the .p12 is not always the same; whether they belong together is the
// card's affair.
func pair(folder fs.FS, name string) (crypto.PrivateKey, []byte, error) {
	text, err := read(folder, name+".crt")
	if err != nil {
		return nil, nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, nil, fmt.Errorf("%w: %s.crt is no certificate in PEM", ErrCard, name)
	}
	raw, err := read(folder, name+".p12")
	if err != nil {
		return nil, nil, err
	}
	key, _, _, err := pkcs12.DecodeChain(raw, "")
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %s.p12: %w", ErrCard, name, err)
	}
	return key, block.Bytes, nil
}

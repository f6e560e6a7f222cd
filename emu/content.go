package emu

import (
	"crypto"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// Content is all data objects and keys of a PIV card.
type Content struct {
	Objects map[uint32][]byte          // by tag; each is the whole answer to GET DATA, outer tag included
	Keys    map[byte]crypto.PrivateKey // by key reference: RSA of 1024, 2048 or 3072 bits, P-256 or P-384
}

// check refuses content that the card cannot hold. No content fits every card.
func (c *Content) check(p profile.Profile) error {
	if c == nil {
		return nil
	}
	if p.Applet != "piv" {
		return fmt.Errorf("%w: content goes on a PIV card; %s is none", ErrOptions, p.ID)
	}
	for reference, key := range c.Keys {
		if !piv.Holds(reference, key) {
			return fmt.Errorf("%w: a PIV card holds no %T as key %02X", ErrOptions, key, reference)
		}
	}
	return nil
}

// content is that of the options, or else of the identity on the blank.
func (b blueprint) content() Content {
	if b.Content != nil {
		return *b.Content
	}
	keys, objects := piv.Personalise(b.blank.Identity, layout(b.profile))
	return Content{objects, keys}
}

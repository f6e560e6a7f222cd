package card

import (
	"context"
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

// atrChecks are about the answer to reset.
func atrChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.atr-offers", Title: "The answer to reset offers the protocol that the card speaks", Source: "ISO/IEC 7816-3 §8.2.3", Requires: needs(), Proof: "card.atr-other-protocol", Because: "offers", Run: raw(atrOffers)},
		{ID: "card.atr-historical", Title: "The historical bytes are compact TLV behind a category indicator", Source: "ISO/IEC 7816-4 §12.1.1", Requires: needs(), Proof: "card.atr-homemade", Because: "historical bytes", Run: raw(atrHistorical)},
		{ID: "card.atr-speed", Title: "The speed that the answer to reset offers is one of the standard's", Source: "ISO/IEC 7816-3 §8.3 tables 7 and 8", Requires: needs(), Proof: "card.atr-homemade", Because: "TA1", Run: raw(atrSpeed)},
	}
}

// parsedATR is what the interface bytes say. An answer that lies about its
// lengths is judged by card.atr.
type parsedATR struct {
	protocols  []byte // by T, in order; 15 left out
	ta1        []byte // none or one
	historical []byte
}

func parseATR(a []byte) (out parsedATR, err error) {
	short := fmt.Errorf("the answer to reset % X ends inside its interface bytes", a)
	if len(a) < 2 {
		return out, short
	}
	at := 2
	for y, first := a[1]>>4, true; ; first = false {
		for bit := range 3 {
			if y&(1<<bit) == 0 {
				continue
			}
			if at >= len(a) {
				return out, short
			}
			if first && bit == 0 {
				out.ta1 = a[at : at+1]
			}
			at++
		}
		if y&8 == 0 {
			break
		}
		if at >= len(a) {
			return out, short
		}
		if t := a[at] & 0xF; t != 15 {
			out.protocols = append(out.protocols, t)
		}
		y = a[at] >> 4
		at++
	}
	if len(out.protocols) == 0 {
		out.protocols = []byte{0}
	}
	if at+int(a[1]&0xF) > len(a) {
		return out, short
	}
	out.historical = a[at : at+int(a[1]&0xF)]
	return out, nil
}

func atrOffers(_ context.Context, s *session) error {
	a, err := parseATR(s.card.ATR())
	if err != nil {
		return err
	}
	if speaks := byte(s.card.Protocol()) - 1; !slices.Contains(a.protocols, speaks) {
		return fmt.Errorf("the answer to reset % X offers T=%d, the card speaks %v", s.card.ATR(), a.protocols, s.card.Protocol())
	}
	return nil
}

// atrHistorical reads the compact TLV objects behind category 00 (which ends
// with three status bytes) or 80.
func atrHistorical(_ context.Context, s *session) error {
	a, err := parseATR(s.card.ATR())
	if err != nil {
		return err
	}
	bad := fmt.Errorf("the historical bytes % X are not compact TLV behind 00 or 80", a.historical)
	if len(a.historical) == 0 {
		return bad
	}
	rest := a.historical[1:]
	switch a.historical[0] {
	case 0x00:
		if len(rest) < 3 {
			return bad
		}
		rest = rest[:len(rest)-3]
	case 0x80:
	default:
		return bad
	}
	for len(rest) > 0 {
		n := 1 + int(rest[0]&0xF)
		if n > len(rest) {
			return bad
		}
		rest = rest[n:]
	}
	return nil
}

func atrSpeed(_ context.Context, s *session) error {
	a, err := parseATR(s.card.ATR())
	if err != nil || len(a.ta1) == 0 {
		return err
	}
	f, d := a.ta1[0]>>4, a.ta1[0]&0xF
	if f == 7 || f == 8 || f > 13 || d == 0 || d > 9 {
		return fmt.Errorf("TA1 of the answer to reset is %02X, which the tables reserve", a.ta1[0])
	}
	return nil
}

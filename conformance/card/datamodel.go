package card

import (
	"bytes"
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// part is one field of an object.
func (s *session) part(ctx context.Context, object, tag uint32) ([]byte, error) {
	value, err := s.object(ctx, object)
	if err != nil {
		return nil, err
	}
	part, ok := iso7816.Find(value, tag)
	if !ok {
		return nil, fmt.Errorf("object %X has no %X", object, tag)
	}
	return part, nil
}

func guidRight(ctx context.Context, s *session) error {
	guid, err := s.part(ctx, tagCHUID, 0x34)
	if err == nil && (len(guid) != 16 || guid[6]>>4 != 4 || guid[8]>>6 != 2) {
		err = fmt.Errorf("the GUID % X is no version 4 UUID", guid)
	}
	return err
}

// fascnRight decodes the 40 characters of five bits, least significant bit
// first, the fifth for odd parity; the last is the exclusive or of the others.
func fascnRight(ctx context.Context, s *session) error {
	raw, err := s.part(ctx, tagCHUID, 0x30)
	if err != nil {
		return err
	}
	if len(raw) != 25 {
		return fmt.Errorf("the FASC-N has %d bytes, not 25", len(raw))
	}
	const start, separator, end = 0xB, 0xD, 0xF
	places := map[int]byte{0: start, 5: separator, 10: separator, 17: separator, 19: separator, 21: separator, 38: end}
	var check byte
	for i := range 40 {
		var c byte
		for bit := range 5 {
			at := 5*i + bit
			c |= raw[at/8] >> (7 - at%8) & 1 << bit
		}
		if bits.OnesCount8(c)%2 == 0 {
			return fmt.Errorf("character %d of the FASC-N % X has even parity", i, raw)
		}
		digit := c & 0xF
		if want, ok := places[i]; ok && digit != want {
			return fmt.Errorf("character %d of the FASC-N % X is %X, not %X", i, raw, digit, want)
		}
		check ^= digit
	}
	if check != 0 {
		return fmt.Errorf("the check digit of the FASC-N % X is wrong", raw)
	}
	return nil
}

func (s *session) expiry(ctx context.Context) (time.Time, error) {
	text, err := s.part(ctx, tagCHUID, 0x35)
	if err != nil {
		return time.Time{}, err
	}
	day, err := time.Parse("20060102", string(text))
	if err != nil {
		return time.Time{}, fmt.Errorf("the CHUID expires at %q, which is no YYYYMMDD", text)
	}
	return day, nil
}

func holderCurrent(ctx context.Context, s *session) error {
	day, err := s.expiry(ctx)
	if err == nil && s.t.Now().After(day.AddDate(0, 0, 1)) {
		err = fmt.Errorf("the CHUID expires on %s, which is past", day.Format(time.DateOnly))
	}
	return err
}

func capabilityIdentifier(ctx context.Context, s *session) error {
	id, err := s.part(ctx, tagCCC, 0xF0)
	if err == nil && len(id) != 0 && (len(id) != 21 || id[0] != 0xA0) {
		err = fmt.Errorf("F0 of the capability container is % X, no card identifier of 21 bytes", id)
	}
	return err
}

func capabilityVersions(ctx context.Context, s *session) error {
	for tag, want := range map[uint32]byte{0xF1: 0x21, 0xF2: 0x21, 0xF5: 0x10} {
		got, err := s.part(ctx, tagCCC, tag)
		if err != nil {
			return err
		}
		if !bytes.Equal(got, []byte{want}) {
			return fmt.Errorf("%X of the capability container is % X, not the version %02X", tag, got, want)
		}
	}
	return nil
}

func capabilityAlone(ctx context.Context, s *session) error {
	got, err := s.part(ctx, tagCCC, 0xF3)
	if err == nil && bytes.HasPrefix(got, []byte{0xA0, 0x00, 0x00, 0x00, 0x79}) {
		err = fmt.Errorf("F3 of the capability container is % X, an application of another kind of card", got)
	}
	return err
}

func discoveryName(ctx context.Context, s *session) error {
	name, err := s.part(ctx, tagDiscovery, 0x4F)
	if err == nil && !bytes.Equal(name, s.aid) {
		err = fmt.Errorf("4F of the discovery object is % X, not % X", name, s.aid)
	}
	return err
}

func discoveryPolicy(ctx context.Context, s *session) error {
	policy, err := s.part(ctx, tagDiscovery, 0x5F2F)
	if err != nil {
		return err
	}
	if len(policy) != 2 || policy[0]&0x40 == 0 || policy[0]&0x83 != 0 || !slices.Contains([]byte{0x00, 0x10, 0x20}, policy[1]) {
		return fmt.Errorf("5F2F of the discovery object is % X: bit 40 for the PIV passcode, then 00, 10 or 20", policy)
	}
	if policy[1] == 0x20 && policy[0]&0x20 == 0 {
		return fmt.Errorf("5F2F of the discovery object is % X: the global passcode comes first and is not there", policy)
	}
	return nil
}

// longest are the printed fields' most bytes.
var longest = map[uint32]int{0x01: 125, 0x02: 20, 0x04: 9, 0x05: 20, 0x06: 15, 0x07: 20, 0x08: 20}

func printedLengths(ctx context.Context, s *session) error {
	value, err := s.object(ctx, tagPrinted)
	if err != nil {
		return err
	}
	list, err := iso7816.ParseTLVs(value)
	if err != nil {
		return err
	}
	for _, t := range list {
		if most, ok := longest[t.Tag]; ok && len(t.Value) > most {
			return fmt.Errorf("printed field %02X has %d bytes, the longest is %d", t.Tag, len(t.Value), most)
		}
	}
	return nil
}

func printedExpiry(ctx context.Context, s *session) error {
	text, err := s.part(ctx, tagPrinted, 0x04)
	if err != nil {
		return err
	}
	day, err := s.expiry(ctx)
	if err != nil {
		return err
	}
	if want := strings.ToUpper(day.Format("2006Jan02")); string(text) != want {
		return fmt.Errorf("the printed date is %q, the CHUID says %q", text, want)
	}
	return nil
}

// printedName compares with the names in UUID_First_Last.
func printedName(ctx context.Context, s *session) error {
	name, err := s.part(ctx, tagPrinted, 0x01)
	if err != nil {
		return err
	}
	c, err := s.read(ctx, authentication)
	if err != nil {
		return err
	}
	_, full, _ := strings.Cut(c.Subject.CommonName, "_")
	for _, word := range strings.Split(full, "_") {
		if !strings.Contains(strings.ToLower(string(name)), strings.ToLower(word)) {
			return fmt.Errorf("the printed name is %q, the certificate is for %q", name, full)
		}
	}
	return nil
}

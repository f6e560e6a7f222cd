package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// AdminAlgorithms are the algorithms of a card management key with the bytes
// that a key has (SP 800-78-4 table 6-2).
func AdminAlgorithms() map[string]int {
	return map[string]int{"3DES": 24, "AES-128": 16, "AES-192": 24, "AES-256": 32}
}

// EmptyAnswers are the ways a PIV card answers for an object that it could hold
// and does not: refused, 9000 without data, or an empty object.
func EmptyAnswers() []string { return []string{"6A82", "9000", "5300"} }

// SpareKeys are the PIV key references that test holders have keys for, beside
// 9A and 9C.
func SpareKeys() []string { return []string{"9D", "9E", "82", "83"} }

// PIVObjects are the objects a PIV card need not have.
func PIVObjects() []string {
	return []string{"key-history", "security", "fingerprints", "face", "iris", "biometrics"}
}

// checkPIV checks the facts that only PIV cards have.
func (p Profile) checkPIV() error {
	return errors.Join(
		among("admin_algorithm", one(p.AdminAlgorithm), slices.Sorted(maps.Keys(AdminAlgorithms()))),
		among("empty_object", one(p.EmptyObject), EmptyAnswers()),
		among("keys", list(p.Keys), SpareKeys()),
		among("gzip", list(p.Gzip), append(SpareKeys(), "9A", "9C")),
		among("objects", list(p.Objects), PIVObjects()),
		length(p.ExtendedLength),
	)
}

func one(f *Fact[string]) []string {
	if f == nil {
		return nil
	}
	return []string{f.Value}
}

func list(f *Fact[[]string]) []string {
	if f == nil {
		return nil
	}
	return f.Value
}

func among(fact string, values, known []string) error {
	for _, v := range values {
		if !slices.Contains(known, v) {
			return fmt.Errorf("%s: there is no %q, only %s", fact, v, strings.Join(known, ", "))
		}
	}
	return nil
}

// longestShort is the length of the longest short command: header, Lc, 255 bytes, Le
// (ISO/IEC 7816-3 §12.1.3). A card that takes longer ones takes all of these.
const longestShort = 261

func length(f *Fact[int]) error {
	if f != nil && f.Value != 0 && (f.Value < longestShort || f.Value > 0xFFFF) {
		return fmt.Errorf("extended_length: %d is neither 0, for none, nor %d to 65535", f.Value, longestShort)
	}
	return nil
}

// checkLength refuses an extended length where no command could have one (ISO/IEC
// 7816-3 §12.2: the fifth byte of a T=0 command is its length).
func (x Personality) checkLength() error {
	if x.ExtendedLength != nil && x.Protocol == iso7816.T0 {
		return errors.New("extended_length: T=0 has no extended commands")
	}
	return length(x.ExtendedLength)
}

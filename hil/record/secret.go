package record

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// names tells blanked data apart without keeping it: what is the passcode, what
// is the PUK, and what is the same as was blanked before. A name in a recording
// says which of these a command carried, so that who plays it can tell a right
// passcode from a wrong one.
type names struct {
	secrets Secrets
	seen    map[[32]byte]string
}

func newNames(s Secrets) names { return names{secrets: s, seen: map[[32]byte]string{}} }

// of is the name of blanked bytes: "pin", "puk", or a number of its own.
func (n names) of(data []byte) string {
	named := n.secrets.Named()
	for _, name := range slices.Sorted(maps.Keys(named)) { // one without filling has the short name
		if is := Pad(name, named[name], len(data)); is != nil && bytes.Equal(data, is) {
			return name
		}
	}
	key := sha256.Sum256(data)
	if _, ok := n.seen[key]; !ok {
		n.seen[key] = strconv.Itoa(len(n.seen) + 1)
	}
	return n.seen[key]
}

// Named are the secrets that a card has by the names that recordings have for
// them: filled up with FF, or with 00 where the name says so.
func (s Secrets) Named() map[string][]byte {
	return map[string][]byte{"pin": s.Passcode, "puk": s.PUK, "pin-00": s.Passcode, "puk-00": s.PUK}
}

// Pad is a secret of this name as n bytes; nil where there is none, or no room.
func Pad(name string, secret []byte, n int) []byte {
	if len(secret) == 0 || len(secret) > n {
		return nil
	}
	fill := byte(0xFF)
	if strings.HasSuffix(name, "-00") {
		fill = 0
	}
	return append(bytes.Clone(secret), bytes.Repeat([]byte{fill}, n-len(secret))...)
}

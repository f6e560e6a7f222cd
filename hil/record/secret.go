package record

import (
	"bytes"
	"crypto/sha256"
	"strconv"
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
	switch {
	case Padded(data, n.secrets.Passcode):
		return "pin"
	case Padded(data, n.secrets.PUK):
		return "puk"
	}
	key := sha256.Sum256(data)
	if _, ok := n.seen[key]; !ok {
		n.seen[key] = strconv.Itoa(len(n.seen) + 1)
	}
	return n.seen[key]
}

// Padded reports whether data is a secret and nothing else but FF or 00 behind
// it, as cards want it.
func Padded(data, secret []byte) bool {
	rest, ok := bytes.CutPrefix(data, secret)
	if !ok || len(secret) == 0 {
		return false
	}
	return len(bytes.Trim(rest, "\xFF")) == 0 || len(bytes.Trim(rest, "\x00")) == 0
}

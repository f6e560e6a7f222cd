// Package leak looks for secrets where they must not be: in the memory of a process
// and in what passes by. It is for tests that judge programs which keep passcodes.
package leak

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// spellings are the ways in which a secret may lie in memory, each so much of it
// that chance does not write it.
func spellings(secret []byte) map[string][]byte {
	var wide []byte
	for _, b := range secret {
		wide = append(wide, b, 0)
	}
	out := map[string][]byte{
		"ASCII": secret, "UTF-16LE": wide, "UTF-16BE": append([]byte{0}, wide[:len(wide)-1]...),
		"hex": []byte(hex.EncodeToString(secret)), "HEX": []byte(strings.ToUpper(hex.EncodeToString(secret))),
	}
	if len(secret) < 8 {
		out["FF-padded"] = append(bytes.Clone(secret), bytes.Repeat([]byte{0xFF}, 8-len(secret))...)
	}
	for shift := range 3 { // base64 of a text in which it stands at any place
		out["base64+"+strconv.Itoa(shift)] = inBase64(secret, shift)
	}
	return out
}

// inBase64 is the characters that depend on the secret alone when it stands
// shift bytes after the begin of a group of three.
func inBase64(secret []byte, shift int) []byte {
	text := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), secret...))
	from := []int{0, 2, 3}[shift]
	whole := (shift + len(secret)) * 8 / 6
	return []byte(text[from:whole])
}

// Wanted is what to look for: spelling by spelling, named. The zero Wanted is of no
// use; Wanted{} is.
type Wanted map[string][]byte

// Look adds a secret.
func (w Wanted) Look(name string, secret []byte) {
	for how, b := range spellings(secret) {
		w[name+" as "+how] = b
	}
}

// Piece is how much of a token makes it recognised, in bytes.
const Piece = 24

// Token adds a compact JWS (RFC 7515 section 7.1): its text and what it says, in pieces, so that what
// is left of it is found too. Its header is no secret and the same for all.
func (w Wanted) Token(name, compact string) {
	parts := strings.Split(compact, ".")
	for n, part := range parts[1:] {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			continue
		}
		for at := 0; at+Piece <= len(part); at += Piece {
			w[fmt.Sprintf("%s part %d at %d", name, n+2, at)] = []byte(part[at : at+Piece])
		}
		if n == 1 { // a signature's bytes; claims are found by their own text
			w.Look(name+" signature", raw[:Piece])
			w.Look(name+" signature's end", raw[len(raw)-Piece:])
		}
	}
}

// In says what of it lies in b.
func (w Wanted) In(b []byte) []string {
	var found []string
	for name, secret := range w {
		if bytes.Contains(b, secret) {
			found = append(found, name)
		}
	}
	return found
}

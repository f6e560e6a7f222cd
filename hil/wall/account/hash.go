package account

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what a guess costs.
type cost struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// usual is the second choice of RFC 9106 section 4, for machines that do other
// things too.
var usual = cost{memory: 64 * 1024, time: 3, threads: 4}

// Shortest is the least length of a password, in bytes. Source: NIST SP 800-63B
// section 5.1.1.2 wants 8; these accounts move hardware, and have no second
// factor.
const Shortest = 12

// longest bounds what a stranger can have us hash.
const longest = 256

const saltLength, keyLength = 16, 32

// hashed is a parsed hash.
type hashed struct {
	cost
	salt, key []byte
}

var errHash = errors.New("its hash is not of the form $argon2id$v=19$m=M,t=T,p=P$salt$hash")

// parse reads a PHC string. Costs are bounded, so that a file cannot make the
// hub use all memory.
func parse(s string) (hashed, error) {
	var h hashed
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil || n != 3 {
		return h, errHash
	}
	if h.memory < 8 || h.memory > 1<<20 || h.time < 1 || h.time > 16 || h.threads < 1 {
		return h, fmt.Errorf("%w: its cost is out of bounds", errHash)
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(part[4]); err != nil || len(h.salt) < 8 {
		return h, errHash
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(part[5]); err != nil || len(h.key) < 16 {
		return h, errHash
	}
	return h, nil
}

// matches spends the same time on a right password as on a wrong one.
func (h hashed) matches(password []byte) bool {
	key := argon2.IDKey(password, h.salt, h.time, h.memory, h.threads, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}

// hash makes a new PHC string, with a salt from random.
func hash(password []byte, c cost, random io.Reader) (string, error) {
	if len(password) < Shortest || len(password) > longest {
		return "", fmt.Errorf("%w: a password has %d to %d bytes", ErrInvalid, Shortest, longest)
	}
	salt := make([]byte, saltLength)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", err
	}
	key := argon2.IDKey(password, salt, c.time, c.memory, c.threads, keyLength)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads, b64(salt), b64(key)), nil
}

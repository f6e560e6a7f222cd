// Package card is what the agent knows about cards: which one is this, and what
// can it do. Each series has a package below; package series holds the ordered
// list.
package card

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Key names one of the two key pairs of a health worker's card.
type Key int

const (
	// Authentication signs sign-ins. Series 9: 9A.
	Authentication Key = iota
	// ContentCommitment signs prescriptions. Series 9: 9C.
	ContentCommitment
)

// String is "authentication" or "content commitment".
func (k Key) String() string {
	if k == ContentCommitment {
		return "content commitment"
	}
	return "authentication"
}

// Card is an identified card. A driver reads lazily and keeps what it read in
// its Memory, so that a second use of the same insertion costs less.
//
// Verify and Sign belong into one reader transaction, with Identify first. The
// caller resets the card afterwards.
type Card interface {
	// Series is the number printed on the back: "8", "9".
	Series() string
	// Rule is how long a passcode may be and of what.
	Rule() Rule
	// Certificate is the certificate of a key. It is read without passcode.
	Certificate(ctx context.Context, k Key) (*x509.Certificate, error)
	// TriesLeft asks the card how many wrong passcodes it still allows,
	// without spending one. 0 is blocked.
	TriesLeft(ctx context.Context) (int, error)
	// Identify selects the card's application anew and fails if this is
	// another kind of card than it was.
	Identify(ctx context.Context) error
	// Verify shows the card the passcode, once. A passcode that breaks Rule
	// is refused with a RuleError before anything is sent. A wrong one is a
	// PasscodeError. The caller wipes passcode.
	Verify(ctx context.Context, passcode []byte) error
	// Sign makes an RSASSA-PKCS1-v1_5 signature (RFC 8017 §8.2) over a
	// digest made with h: crypto.SHA1 or crypto.SHA256. It fails with
	// iso7816.ErrSecurity before Verify.
	Sign(ctx context.Context, k Key, h crypto.Hash, digest []byte) ([]byte, error)
}

// Driver is one row of the list of series.
type Driver struct {
	Series string
	// Why this row stands where it stands.
	Why string
	// Match tells by ATR alone, without asking the card.
	Match func(atr []byte) bool
	// Open makes a Card of it without sending anything.
	Open func(c reader.Card, m *Memory) Card
}

// Memory is what was read off one insertion of a card. It never holds a
// passcode. The zero value is empty and ready.
type Memory struct {
	Certificates map[Key]*x509.Certificate
	Notes        map[string][]byte // a driver's own, such as directory files
}

// PasscodeError is a card's answer to a wrong passcode. Left is 0 when the card
// is now, or was already, locked. It unwraps to the status word.
type PasscodeError struct {
	Left int
	SW   error
}

// Error is for people.
func (e PasscodeError) Error() string {
	switch e.Left {
	case 0:
		return "the card is locked: too many wrong passcodes"
	case 1:
		return "wrong passcode: one try left before the card locks"
	}
	return fmt.Sprintf("wrong passcode: %d tries left", e.Left)
}

// Unwrap is the status word.
func (e PasscodeError) Unwrap() error { return e.SW }

// RetiredError is a card the NHS no longer accepts.
type RetiredError struct{ Series string }

// Error is for people.
func (e RetiredError) Error() string {
	return fmt.Sprintf("this is a series %s smartcard, which has been withdrawn: ask your registration authority for a new one", e.Series)
}

// UnknownError is a card of no series the agent knows.
type UnknownError struct {
	ATR   []byte
	Known []string // the series that would be
}

// Error is for people and the helpdesk. Series 4 is mentioned because its ATR
// was never published, so it cannot be told by name.
func (e UnknownError) Error() string {
	return fmt.Sprintf("this card is not a smartcard of series %s (ATR % X); if the back says series 4, it has been withdrawn", either(e.Known), e.ATR)
}

// either is a choice in words: "8, 9 or 10".
func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Holder is whose card it is.
type Holder struct {
	UUID string // 12 digits
	Name string // may be empty
}

// HolderOf reads the common name of an NHS certificate: UUID, or
// UUID_First_Last.
func HolderOf(c *x509.Certificate) (Holder, error) {
	uuid, rest, _ := strings.Cut(c.Subject.CommonName, "_")
	if len(uuid) != 12 || strings.Trim(uuid, "0123456789") != "" {
		return Holder{}, fmt.Errorf("card: %q does not begin with a 12-digit UUID", c.Subject.CommonName)
	}
	return Holder{UUID: uuid, Name: strings.ReplaceAll(rest, "_", " ")}, nil
}

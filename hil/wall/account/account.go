// Package account is who may come to the hub of a farm, and what they may do
// there. Accounts live in one JSON file that only its owner can read; passwords
// are kept as Argon2id (RFC 9106) in the PHC string format.
package account

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Errors that callers tell apart with errors.Is.
var (
	ErrWrong   = errors.New("the name or the password is wrong") // never which of them
	ErrExists  = errors.New("there is an account of that name")
	ErrUnknown = errors.New("there is no account of that name")
	ErrInvalid = errors.New("this is no account")
)

// Role is what an account may do. Each may what those before it may.
type Role string

// Roles, from least to most.
const (
	Viewer   Role = "viewer"   // looks
	Operator Role = "operator" // moves cards, drains, reserves, runs cells again
	Admin    Role = "admin"    // lifts a quarantine, ends what others reserved, reads the audit log
)

// Roles is all of them, in their order.
var Roles = []Role{Viewer, Operator, Admin}

// May says whether a role is enough for what needs another. An unknown role is
// enough for nothing.
func (r Role) May(needs Role) bool {
	has, wants := slices.Index(Roles, r), slices.Index(Roles, needs)
	return has >= 0 && wants >= 0 && has >= wants
}

// Account is one person, or one program that asks for a person.
type Account struct {
	Name string `json:"name"`
	Role Role   `json:"role"`
	Hash string `json:"hash"` // $argon2id$v=19$m=…,t=…,p=…$salt$hash
}

// shape of a name: it stands in addresses, logs and lease records.
var shape = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

// check is why an account cannot be one, or nil.
func (a Account) check() error {
	if !shape.MatchString(a.Name) {
		return fmt.Errorf("%w: name %q: small letters, digits, dot, line; at most 32", ErrInvalid, a.Name)
	}
	if !slices.Contains(Roles, a.Role) {
		return fmt.Errorf("%w: %s has the role %q; roles are %v", ErrInvalid, a.Name, a.Role, Roles)
	}
	if _, err := parse(a.Hash); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrInvalid, a.Name, err)
	}
	return nil
}

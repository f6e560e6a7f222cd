package attest

import (
	"fmt"
	"time"
)

// Record says that a key is a host's, in the word of the planner that enrolled
// it. It ends by itself.
type Record struct {
	Host      string    `json:"host"`
	Class     Class     `json:"key_class"`
	Key       string    `json:"public_key"`          // PEM
	EK        string    `json:"ek_sha256,omitempty"` // of the TPM's endorsement key; none for software
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
}

// Statement is about the key: its subject has the digest of the
// SubjectPublicKeyInfo.
func (r Record) Statement() (Statement, error) {
	k, err := ParseKey([]byte(r.Key))
	if err != nil {
		return Statement{}, err
	}
	return About([]Artifact{{Name: r.Host, SHA256: k.ID()}}, TypeRecord, r)
}

// ReadRecord reads what a verified statement says, and the key.
func ReadRecord(s Statement) (Record, Key, error) {
	var r Record
	if err := s.Into(TypeRecord, &r); err != nil {
		return Record{}, Key{}, err
	}
	k, err := ParseKey([]byte(r.Key))
	if err != nil {
		return Record{}, Key{}, err
	}
	if r.Host == "" || len(s.Subjects) != 1 || s.Subjects[0].SHA256 != k.ID() {
		return Record{}, Key{}, fmt.Errorf("key record: %w: host and key do not match its subject", ErrMeaning)
	}
	return r, k, nil
}

// Holds says whether the record covers a moment.
func (r Record) Holds(at time.Time) bool { return !at.Before(r.NotBefore) && at.Before(r.NotAfter) }

package settings

import "context"

// Tier is who said it.
type Tier string

// The tiers, strongest first.
const (
	Policy  Tier = "policy"  // Group Policy; on Linux /etc/smartcard-connect/policy.d
	Machine Tier = "machine" // whoever administers this computer
	User    Tier = "user"    // the person; counts for no security setting
	Default Tier = "default" // built in
)

// Raw is a value as a tier holds it, not yet understood.
type Raw struct {
	Name  string
	Type  string   // as the registry calls it: REG_SZ, REG_MULTI_SZ, REG_DWORD…
	Value []string // one part unless it is a REG_MULTI_SZ
	Place string   // the key, or the file and line
}

// Complaint is something in a tier that does not count, and why.
type Complaint struct {
	Tier   Tier   `json:"tier"`
	Place  string `json:"place"`
	Name   string `json:"name,omitempty"` // empty when it is about the whole place
	Reason string `json:"reason"`
}

// Error is the complaint in one line, place first.
func (c Complaint) Error() string {
	at := string(c.Tier) + " tier, " + c.Place
	if c.Name != "" {
		at += ", " + c.Name
	}
	return at + ": " + c.Reason
}

// Source is where one tier is kept.
type Source interface {
	// Read gives all values there are. A place that is not there is empty; one
	// that cannot be read, or must not be trusted, is a complaint without a
	// tier, which the caller knows.
	Read() ([]Raw, []Complaint)
	// Watch calls changed once it watches and then after every change, until
	// ctx ends, which is no error.
	Watch(ctx context.Context, changed func()) error
}

// Layer is one tier and where it is kept.
type Layer struct {
	Tier   Tier
	Source Source
}

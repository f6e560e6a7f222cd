//go:build !linux && !windows

package doctor

import "runtime"

// Local is this computer, of which little is known on this system.
type Local struct{}

// System is Machine's.
func (Local) System() (string, bool) { return runtime.GOOS, false }

// Drivers is Machine's.
func (Local) Drivers() []string { return nil }

// Middleware is Machine's.
func (Local) Middleware() []string { return nil }

// IdentityAgent is Machine's.
func (Local) IdentityAgent() string { return "" }

// Browsers is Machine's.
func (Local) Browsers() []Policies { return nil }

// Zone is Machine's.
func (Local) Zone(string) ([]string, bool) { return nil, false }

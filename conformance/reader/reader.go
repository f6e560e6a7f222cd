// Package reader is what must hold at readers: what any program may expect of
// them, and how an agent recovers at those that misbehave.
package reader

import "github.com/smartcard-connect/smartcard-connect/conformance/suite"

// Checks is the suite.
func Checks() []suite.Check { return AgentChecks() }

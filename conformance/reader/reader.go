// Package reader is what must hold at readers that misbehave.
package reader

import "github.com/smartcard-connect/smartcard-connect/conformance/suite"

// Checks is the suite.
func Checks() []suite.Check { return AgentChecks() }

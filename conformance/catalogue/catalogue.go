// Package catalogue is the visible list of suites.
package catalogue

import (
	"github.com/smartcard-connect/smartcard-connect/conformance/agent"
	"github.com/smartcard-connect/smartcard-connect/conformance/card"
	"github.com/smartcard-connect/smartcard-connect/conformance/provider"
	"github.com/smartcard-connect/smartcard-connect/conformance/reader"
	"github.com/smartcard-connect/smartcard-connect/conformance/signin"
	"github.com/smartcard-connect/smartcard-connect/conformance/signing"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

// Suite is a name, what it is about, and its checks.
type Suite struct {
	Name   string
	Title  string
	Checks func() []suite.Check
}

// Suites in the order a person would want to read them: what everything stands
// on first.
var Suites = []Suite{
	{"card", "What must hold of a card, by APDU", card.Checks},
	{"pcsc", "What any program may expect of a reader, by PC/SC", reader.PCSCChecks},
	{"provider", "What must hold of an identity service", provider.Checks},
	{"agent", "What must hold of the agent's door and the port service", agent.Checks},
	{"reader", "What must hold at readers that misbehave", reader.Checks},
	{"signin", "What must hold of a sign-in as a whole", signin.Checks},
	{"signing", "What must hold when prescriptions are signed", signing.Checks},
}

// All is every check of every suite.
func All() []suite.Check {
	var all []suite.Check
	for _, s := range Suites {
		all = append(all, s.Checks()...)
	}
	return all
}

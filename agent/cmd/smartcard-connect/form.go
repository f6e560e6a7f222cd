package main

import (
	"os"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
)

// formVerb is what the agent calls itself with to be the form.
const formVerb = "passcode-form"

// formCommand is the passcode form, in a process of its own. People never type
// it: it speaks to the agent that started it over standard input and output.
type formCommand struct{}

// Run shows the form until the agent takes it down.
func (formCommand) Run() error { return runForm(&child.Form{In: os.Stdin, Out: os.Stdout}) }

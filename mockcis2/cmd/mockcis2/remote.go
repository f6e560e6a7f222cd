package main

import (
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/control"
)

// remote is the running provider that a command steers.
type remote struct {
	Control string `env:"MOCKCIS2_CONTROL" placeholder:"URL" help:"Control door of the running provider, as printed by serve."`
}

// door is the provider's control door; there must be one.
func (r remote) door() (control.Client, error) {
	if r.Control == "" {
		return control.Client{}, fmt.Errorf("%w: which provider? Give --control URL, or set MOCKCIS2_CONTROL", errUsage)
	}
	return control.Client{URL: r.Control}, nil
}

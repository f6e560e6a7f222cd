package main

import (
	"os"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// prompter is how this user is asked: by pinentry, on the terminal, or by
// whichever of the two works here.
func prompter(s settings.Settings) passcode.Prompter {
	pinentry := &passcode.Pinentry{Command: s.Pinentry, Options: displayOptions()}
	switch s.Prompter {
	case "pinentry":
		return pinentry
	case "terminal":
		return &passcode.Terminal{}
	}
	return passcode.Chain{pinentry, &passcode.Terminal{}}
}

// displayOptions tell a pinentry where this user looks.
func displayOptions() []string {
	var options []string
	for option, variable := range map[string]string{"display": "DISPLAY", "ttytype": "TERM", "lc-ctype": "LANG", "ttyname": "GPG_TTY"} {
		if v := os.Getenv(variable); v != "" {
			options = append(options, option+"="+v)
		}
	}
	return options
}

package main

import (
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/child"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// prompter is how this user is asked: by the desktop's form, by pinentry, on the
// terminal, or by the first of them that works here.
func prompter(s settings.Settings, log *slog.Logger) passcode.Prompter {
	form := passcode.Single{Screen: &child.Screen{Command: formProgram(), Env: formEnvironment(os.Environ()), Log: log}}
	pinentry := &passcode.Pinentry{Command: s.Pinentry, Options: displayOptions()}
	if s.Prompter == desktopForm {
		return form
	}
	switch s.Prompter {
	case "pinentry":
		return pinentry
	case "terminal":
		return &passcode.Terminal{}
	case "gtk", "win32": // another system's
		return passcode.Chain{}
	}
	return passcode.Chain{form, pinentry, &passcode.Terminal{}}
}

// formProgram is this program as the form, or nothing where its own path is not
// known.
func formProgram() []string {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{self, formVerb}
}

// formEnvironment keeps what is typed away from input methods in other
// processes, and modules that any program may have asked for out of the form.
// Under Wayland an on-screen keyboard is the compositor's, and is let in.
func formEnvironment(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return slices.Contains([]string{"GTK_IM_MODULE", "GTK_MODULES", "GTK3_MODULES", "GTK_PATH", "GTK_DEBUG", "G_MESSAGES_DEBUG"}, name)
	})
	if slices.ContainsFunc(env, func(e string) bool { return strings.HasPrefix(e, "WAYLAND_DISPLAY=") }) {
		return append(env, "GTK_IM_MODULE=wayland")
	}
	return append(env, "GTK_IM_MODULE=gtk-im-context-simple")
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

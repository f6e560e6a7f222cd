package main

import (
	"errors"
	"slices"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Requirement: the agent finds its own form by the verb it calls itself with.
// Turned red by: renaming one of the two.
func TestFormVerb(t *testing.T) {
	parser, err := kong.New(new(program))
	if err != nil {
		t.Fatal(err)
	}
	if parsed, err := parser.Parse([]string{formVerb}); err != nil || parsed.Command() != formVerb {
		t.Errorf("%v", err)
	}
	if p := formProgram(); len(p) != 2 || p[1] != formVerb {
		t.Errorf("it would run %q", p)
	}
}

// Requirement: what is typed goes to no input method in another process, and no
// module is loaded into the form because the environment says so (issue,
// "Secure"). Turned red by: handing the environment on as it is.
func TestFormEnvironment(t *testing.T) {
	dirty := []string{"DISPLAY=:1", "GTK_IM_MODULE=ibus", "GTK_MODULES=evil", "GTK3_MODULES=evil", "GTK_THEME=HighContrast"}
	if got := formEnvironment(dirty); !slices.Equal(got, []string{"DISPLAY=:1", "GTK_THEME=HighContrast", "GTK_IM_MODULE=gtk-im-context-simple"}) {
		t.Errorf("%q", got)
	}
	if got := formEnvironment(append(dirty, "WAYLAND_DISPLAY=wayland-0")); got[len(got)-1] != "GTK_IM_MODULE=wayland" {
		t.Errorf("%q", got)
	}
}

// Requirement: the prompter is the settings' choice; auto has a form that stays
// up first, and another system's form is none. Turned red by: a choice that is
// not looked at.
func TestPrompter(t *testing.T) {
	for choice, screen := range map[string]bool{"auto": true, desktopForm: true, "pinentry": false, "terminal": false} {
		if _, ok := prompter(settings.Settings{Prompter: choice}, nil).(passcode.Screen); ok != screen {
			t.Errorf("%s: a form that stays up: %v", choice, ok)
		}
	}
	for _, form := range []string{"gtk", "win32"} {
		if form == desktopForm {
			continue
		}
		if _, err := prompter(settings.Settings{Prompter: form}, nil).Ask(t.Context(), passcode.Question{}); !errors.Is(err, passcode.ErrUnavailable) {
			t.Errorf("%s here: %v", form, err)
		}
	}
}

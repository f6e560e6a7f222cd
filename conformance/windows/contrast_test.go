package windows_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// contrastColours are those of a high contrast theme of Windows.
func contrastColours() map[string]string {
	return map[string]string{"Window": "0 0 0", "WindowText": "255 255 255", "ButtonFace": "0 0 0", "ButtonText": "255 255 255", "Hilight": "26 235 255",
		"HilightText": "0 0 0", "InfoWindow": "0 0 0", "InfoText": "255 255 0", "GrayText": "63 242 63", "ActiveTitle": "0 0 0", "TitleText": "255 255 255"}
}

// contrast is the form in the colours that a person chose. It changes this
// Windows, so it comes last.
func (a *asker) contrast() life {
	return life{{"its colours are the person's own", func() error {
		commands := [][]string{{"reg", "add", `HKCU\Software\Microsoft\Windows\CurrentVersion\ThemeManager`, "/v", "ThemeActive", "/d", "0", "/f"}}
		for name, colour := range contrastColours() {
			commands = append(commands, []string{"reg", "add", `HKCU\Control Panel\Colors`, "/v", name, "/d", colour, "/f"})
		}
		for _, c := range commands {
			if out, err := wine(a.ctx, c...); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
		}
		last := sheet(passcode.Ready)
		last.TriesLeft, last.Problem = 1, "wrong passcode: one try left before the card locks"
		if err := a.open(last); err != nil {
			return err
		}
		all, err := a.sees(formTitle, "WARNING: this is the last try.")
		if err != nil {
			return err
		}
		corner := fmt.Sprintf("1x1+%d+%d", all[0].Left+8, all[0].Bottom-8)
		out, err := exec.CommandContext(a.ctx, "import", "-silent", "-window", "root", "-crop", corner, "txt:-").CombinedOutput()
		if err == nil && !strings.Contains(string(out), "#000000") {
			err = fmt.Errorf("the form's background is not the person's: %s", out)
		}
		return errors.Join(err, a.shot("high-contrast"))
	}}}
}

package settings_test

import (
	"os"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Requirement: every setting is in the README, with its help and whether it is a
// security setting. Turned red by: a row that only the table has.
func TestSettingsAreDocumented(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range settings.Table() {
		_, line, found := strings.Cut(string(readme), "| `"+row.Name+"` | `"+row.Key+"` | ")
		line, _, _ = strings.Cut(line, "\n")
		if !found || !strings.Contains(line, row.Help) || strings.Contains(line, " | yes | "+row.Help) != row.Security {
			t.Errorf("agent/README.md does not say this of %s: %s", row.Name, row.Help)
		}
	}
}

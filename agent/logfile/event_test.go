package logfile_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

// Requirement: events are documented, each ID is used once, in order, and has a
// text in the message file that Windows brings (1 to 1000). Turned red by: an
// event without its row in the README.
func TestEventsAreDocumented(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for _, e := range logfile.Events() {
		if e.ID <= last || e.ID > 1000 || e.Title == "" || !strings.HasSuffix(e.Help, ".") {
			t.Errorf("%+v after %d", e, last)
		}
		last = e.ID
		if row := fmt.Sprintf("| %d | %s | %s |\n", e.ID, e.Title, e.Help); !strings.Contains(string(readme), row) {
			t.Errorf("agent/README.md lacks %s", row)
		}
	}
}

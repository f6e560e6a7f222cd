package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// cardemuFaults is a stand-in that lists a fault with a short ID, one with a long ID,
// and one whose title has a word that no line holds.
const cardemuFaults = `#!/bin/sh
cat <<'END'
[{"id":"card.mute","title":"the card does not answer to reset"},
 {"id":"provider.issuer-in-redirect-without-port","title":"the issuer that the redirect names leaves out the port, which was in what discovery said of it"},
 {"id":"card.counter-not-decremented","title":"a wrong passcode spends no try – however often – and nobody is told about it"},
 {"id":"card.word","title":"an https://provider.example.test:8443/openid-connect/well-known-location is named"}]
END
`

const faultsPrinted = `reader.vanished                 The reader is gone before the first check
card.mute                       the card does not answer to reset
provider.issuer-in-redirect-without-port
                                the issuer that the redirect names leaves out
                                the port, which was in what discovery said of it
card.counter-not-decremented    a wrong passcode spends no try – however often –
                                and nobody is told about it
card.word                       an
                                https://provider.example.test:8443/openid-connect/well-known-location
                                is named
`

// Requirement: the list of faults can be read on a terminal of 80 columns, and in a
// file as well; an ID is never broken, and is the first word of its line. Source: the
// width of a terminal nobody has widened. Turned red by: a line that is wider though
// its words are not, a long ID that moves all titles.
func TestFaultsFitATerminal(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cardemu"), []byte(cardemuFaults), 0o755); err != nil {
		t.Fatal(err)
	}
	if code, said := hil(t, "faults", "--bin", dir); code != 0 || said != faultsPrinted {
		t.Errorf("exit %d\n%s\nwant\n%s", code, said, faultsPrinted)
	}
	for line := range strings.Lines(faultsPrinted) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns && len(strings.Fields(line)) > 1 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

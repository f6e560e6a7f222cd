package authentic

import (
	_ "embed"
	"encoding/hex"
	"strings"
	"testing"
)

//go:embed testdata/pkcs15.txt
var golden string

// Requirement: the directory files are byte for byte those that OpenSC was
// recorded to accept. Turned red by: any other label, flag or path.
func TestDirectoryFiles(t *testing.T) {
	made := map[string][]byte{
		"2F00": directory(),
		"5031": objectDirectory(),
		"5032": tokenInfo([]byte{0x00, 0x11, 0x22, 0x33}),
		"7001": passcodes(),
		"7002": privateKeys(),
		"7005": certificates(),
	}
	for line := range strings.Lines(golden) {
		name, want, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "#" {
			continue
		}
		want = strings.ReplaceAll(want, " ", "")
		if got := strings.ToUpper(hex.EncodeToString(made[name])); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
		delete(made, name)
	}
	for name := range made {
		t.Errorf("%s is not in the golden file", name)
	}
}

package iasecc

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

//go:embed testdata/pkcs15.txt
var golden string

// Requirement: the directory files are byte for byte and in size those that
// OpenSC was recorded to accept, but for the card's number. Turned red by: any
// other label, flag, path or size.
func TestDirectoryFiles(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	master := Files(id)
	recorded := []byte{0x00, 0x00, 0x01, 0x99, 0x21, 0x38, 0x45}
	numbered := map[string][]byte{"D003": serialNumber(recorded), "5032": tokenInfo(recorded)}
	rows := 0
	for line := range strings.Lines(golden) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "#" {
			continue
		}
		rows++
		size, want, _ := strings.Cut(rest, " ")
		want = strings.ReplaceAll(want, " ", "")
		n, err := hex.DecodeString(name)
		if err != nil {
			t.Fatal(err)
		}
		f := master.Walk(n)
		if f == nil {
			f = master.Child(0x5000).Walk(n)
		}
		if f == nil || fmt.Sprint(len(f.Data)) != size {
			t.Errorf("%s: not there or not %s bytes", name, size)
			continue
		}
		made := f.Data
		if b, ok := numbered[name]; ok {
			made = b
		}
		if got := strings.ToUpper(hex.EncodeToString(made)); strings.TrimRight(got, "0") != strings.TrimRight(want, "0") {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
	if rows != 9 {
		t.Errorf("%d files in the golden list", rows)
	}
}

package stranger_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Requirement: OpenSC 0.23 lists, logs in, signs and verifies on both cards and
// both protocols over real pcscd, without a complaint. Its exit status says
// nothing; its words do.
// Turned red by: card.wrong-signature, card.pin-blocked; see
// TestOpenSCNoticesFaults.
func TestOpenSC(t *testing.T) {
	need(t, "pcscd", "pkcs11-tool", "pkcs15-tool", "openssl", "unshare")
	for _, c := range openscCells {
		t.Run("series"+c.series+"-"+c.protocol, func(t *testing.T) {
			out, err := opensc(t, c)
			if err != nil {
				t.Errorf("%v", err)
			}
			says(t, out, "No errors")
			for _, id := range c.ids {
				says(t, out, "key "+id+": Verified OK")
			}
		})
	}
}

// openscCells are the cards with the key ids OpenSC gives them.
var openscCells = []openscCell{
	{"8", "T0", []string{"45", "46"}},
	{"8", "T1", []string{"45", "46"}},
	{"9", "T0", []string{"01", "02"}},
	{"9", "T1", []string{"01", "02"}},
}

type openscCell struct {
	series, protocol string
	ids              []string
}

func opensc(t *testing.T, c openscCell, more ...string) (string, error) {
	t.Helper()
	script, err := filepath.Abs("testdata/opensc.sh")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"exec", "--series", c.series, "--protocol", c.protocol}, more...)
	args = append(args, "--", "sh", script, string(emu.DefaultPasscode))
	return command(t, 2*time.Minute, filepath.Join(bin, "hil"), append(args, c.ids...)...)
}

// Requirement: the check above is able to fail: OpenSC notices a card that
// signs wrongly and one that is blocked.
func TestOpenSCNoticesFaults(t *testing.T) {
	need(t, "pcscd", "pkcs11-tool", "pkcs15-tool", "openssl", "unshare")
	for _, f := range []struct {
		id   string
		cell openscCell
		says string
	}{
		{"card.wrong-signature", openscCells[3], "verification failed"},
		{"card.pin-blocked", openscCells[1], "CKR_PIN_LOCKED"},
	} {
		out, _ := opensc(t, f.cell, "--fault", f.id) // its words judge, not its status
		says(t, out, f.says)
		if contains(out, "No errors") {
			t.Errorf("OpenSC is content with %s", f.id)
		}
	}
}

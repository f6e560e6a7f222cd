package stranger_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu/icam"
)

// icamCard plugs one ICAM card into the empty reader, has OpenSC read it, sign
// with three keys and decipher with the fourth, and takes it out again. The
// certificates must be those of the card's folder.
const icamCard = `
"$cardemu" run --icam "$folder" >"$dir/ready" 2>"$dir/cardemu.log" &
emulator=$!
out() { kill $emulator; while opensc-tool --atr >/dev/null 2>&1; do sleep 0.02; done; }
trap 'status=$?; out; [ $status = 0 ] || cat "$dir/cardemu.log"; exit $status' EXIT
for i in $(seq 200); do
	opensc-tool --atr >/dev/null 2>&1 && break
	sleep 0.02
done
pkcs15-tool --list-keys --list-certificates
one() { id=$1; crt=$2
	` + signAndVerify + `
	openssl x509 -in "$folder/$crt" -outform der -out "$dir/published"
	cmp "$dir/published" "$dir/certificate"
	echo "key $id is that of $crt"
}
one 01 '3 - ICAM_PIV_Auth_SP_800-73-4.crt'
one 02 '4 - ICAM_PIV_Dig_Sig_SP_800-73-4.crt'
one 04 '6 - ICAM_PIV_Card_Auth_SP_800-73-4.crt'
id=03` + encipherAndDecipher

// icamSteps are one step for each card folder.
func icamSteps(dir string, names ...string) []step {
	var steps []step
	for _, name := range names {
		folder := fmt.Sprintf("cardemu=%s folder=%s\n", quoted(filepath.Join(bin, "cardemu")), quoted(filepath.Join(dir, name)))
		steps = append(steps, step{name: name, run: folder + icamCard, says: []string{
			"Private RSA Key [PIV AUTH key]", "Private RSA Key [SIGN key]", "Private RSA Key [KEY MAN key]",
			"X.509 Certificate [Certificate for Card Authentication]",
			"key 01 is that of 3 - ICAM", "key 02 is that of 4 - ICAM", "key 04 is that of 6 - ICAM", "the same text",
		}})
	}
	return steps
}

// icamCards is the folder with all card folders, and their names. It skips
// where nobody said which folder: the one omission that ci/cmd/testrun allows.
func icamCards(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = os.Getenv("ICAM_CARDS")
	if dir == "" {
		t.Skip("ICAM_CARDS is not set: the GSA's ICAM test cards are no part of this repository")
	}
	need(t, append([]string{"opensc-tool"}, openscPrograms...)...)
	names, err := icam.Folders(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return dir, names
}

// Requirement: OpenSC reads each of the GSA's ICAM test cards, whatever its
// flaw, signs with its keys 9A, 9C and 9E and deciphers with 9D; openssl verifies
// and enciphers with the published certificates. Source: gsa-icam-card-builder.
// Turned red by: a wrong tag or length around any object, a key under another
// reference, a card without discovery object that is not found; see
// TestICAMCardsNoticesFaults.
func TestICAMCards(t *testing.T) {
	dir, names := icamCards(t)
	beside(t, called(t, "series9-T1"), []string{"--empty"}, icamSteps(dir, names...)...)
}

// Requirement: the check above is able to fail: openssl notices a folder whose
// authentication certificate is not that of its key.
func TestICAMCardsNoticesFaults(t *testing.T) {
	all, names := icamCards(t)
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "wrong"), os.DirFS(filepath.Join(all, names[0]))); err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(all, names[0], "4 - ICAM_PIV_Dig_Sig_SP_800-73-4.p12"))
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(dir, "wrong", "3 - ICAM_PIV_Auth_SP_800-73-4.p12")
	if err := errors.Join(os.Remove(wrong), os.WriteFile(wrong, other, 0o600)); err != nil {
		t.Fatal(err)
	}
	is := session(t, called(t, "series9-T1"), []string{"--empty"}, icamSteps(dir, "wrong")...)["wrong"]
	if is.status == 0 || !strings.Contains(is.output, "Verification failure") {
		t.Errorf("openssl is content with another's certificate: status %d\n%s", is.status, is.output)
	}
}

package authentic_test

import (
	"crypto/rand"
	"crypto/rsa"
	"embed"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// recorded are conversations with OpenSC 0.23, one exchange in two lines:
// > command, < answer. In an answer *N is any N bytes: certificates, signatures,
// serial numbers and what the recording left out. 0*N is N bytes 00. enc1 and
// enc2 are the first 255 bytes and the last one of a cryptogram that hides what
// the card is expected to answer. A line # names the tool.
//
//go:embed testdata/opensc-*.txt
var recorded embed.FS

// Requirement: the card gives OpenSC the answers it was recorded to accept, for
// reading, verifying, changing, unblocking, signing, deciphering, storing and
// deleting. Source: conversations with a card that OpenSC 0.23 worked with, not
// plastic. Turned red by: an access rule, a length or a status word that differs.
func TestRecordedConversations(t *testing.T) {
	rows := map[string]emu.Options{
		"t1":    {Protocol: iso7816.T1},
		"dual":  {Protocol: iso7816.T1, Personality: "s8-authentic-dual-t1"},
		"t0":    {Protocol: iso7816.T0, Personality: "s8-authentic-dual-t0"},
		"store": {Protocol: iso7816.T1},
	}
	for name, o := range rows {
		t.Run(name, func(t *testing.T) {
			text, err := recorded.ReadFile("testdata/opensc-" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			id := testpki.Issue(testpki.Holders()[0], time.Now())
			o.Profile, o.Identity = "series8", &id
			if n := replay(t, emutest.New(t, o), &id.Authentication.Key.PublicKey, string(text)); n < 50 {
				t.Errorf("only %d exchanges", n)
			}
		})
	}
}

// replay says how many exchanges it saw.
func replay(t *testing.T, c *emu.Card, key *rsa.PublicKey, text string) (n int) {
	lines := strings.Split(text, "\n")
	var tool, cryptogram string
	for i, line := range lines {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			tool = title
			continue
		}
		command, ok := strings.CutPrefix(line, "> ")
		if !ok {
			continue
		}
		if strings.Contains(command, "enc1") {
			cryptogram = hide(t, key, lines[i+2:])
		}
		if cryptogram != "" {
			command = strings.ReplaceAll(strings.ReplaceAll(command, "enc1", cryptogram[:510]), "enc2", cryptogram[510:])
		}
		n++
		got := emutest.Send(t, c, fill(command))
		if want := strings.TrimPrefix(lines[i+1], "< "); !pattern(want).MatchString(got) {
			t.Errorf("line %d, %s:\n> %s\n< %s\nwant %s", i+1, tool, command, got, want)
		}
	}
	return n
}

// hide encrypts the data of the first answer that has some.
func hide(t *testing.T, key *rsa.PublicKey, lines []string) string {
	at := slices.IndexFunc(lines, func(s string) bool { return strings.HasPrefix(s, "< ") && strings.HasSuffix(s, " 9000") })
	plain, err := hex.DecodeString(strings.TrimSuffix(strings.TrimPrefix(lines[at], "< "), " 9000"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := rsa.EncryptPKCS1v15(rand.Reader, key, plain)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(hex.EncodeToString(c))
}

var zeros = regexp.MustCompile(`0\*(\d+)`)

// fill writes out 0*N.
func fill(s string) string {
	return zeros.ReplaceAllStringFunc(s, func(z string) string {
		n := 0
		for _, d := range z[2:] {
			n = 10*n + int(d-'0')
		}
		return strings.Repeat("00", n)
	})
}

var anything = regexp.MustCompile(`\*(\d+)`)

// pattern is an answer's mask as a regular expression.
func pattern(s string) *regexp.Regexp {
	s = anything.ReplaceAllString(fill(s), "([0-9A-F]{2}){$1}")
	return regexp.MustCompile("^" + strings.ReplaceAll(s, " ", "") + "$")
}

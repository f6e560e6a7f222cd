package stranger_test

import (
	"strings"
	"testing"
)

// tokenSteps have p11-kit and GnuTLS find the card by themselves, list it, take
// the certificates out and sign. GnuTLS reads the passcode from GNUTLS_PIN and
// verifies each signature twice itself.
func tokenSteps(c face) []step {
	steps := []step{
		{name: "p11-kit", run: "p11-kit list-modules", says: []string{"opensc-pkcs11: ", "token: ", "login-required", "user-pin-initialized", "token-initialized"}},
		{
			name: "list", run: `GNUTLS_PIN="$pin" p11tool --batch --login --list-all "$(token)"`,
			says:  []string{"Type: Private key (RSA-2048)", "Type: X.509 Certificate (RSA-2048)", "Type: Public key (RSA-2048)", "CKA_NEVER_EXTRACTABLE; CKA_SENSITIVE"},
			never: []string{"Error"},
		},
		{name: "wrong passcode", run: `GNUTLS_PIN=000000 p11tool --batch --login --test-sign "$(token);id=%$authentication;type=private"`, fails: true, says: []string{"PIN"}},
	}
	for _, id := range c.ids {
		steps = append(steps,
			step{name: "export " + id, run: with(id, export), says: []string{c.holder}},
			step{name: "sign with " + id, run: with(id, testSign), says: []string{
				"Signing using RSA-SHA256... ok",
				"Verifying against private key parameters... ok",
				"Verifying against public key in the token... ok",
			}})
	}
	return steps
}

const (
	export = `
p11tool --batch --export "$(token);id=%$id;type=cert" >"$dir/exported"
pkcs15-tool --read-certificate $id >"$dir/read"
openssl x509 -in "$dir/exported" -outform der -out "$dir/exported.der"
openssl x509 -in "$dir/read" -outform der -out "$dir/read.der"
cmp "$dir/exported.der" "$dir/read.der"
openssl x509 -in "$dir/exported" -noout -subject`
	testSign = `GNUTLS_PIN="$pin" p11tool --batch --login --test-sign "$(token);id=%$id;type=private"`
)

// Requirement: programs that know PKCS #11 and no cards, p11-kit and GnuTLS,
// find each card without being told of it, export its certificates and sign
// with both keys.
// Turned red by: card.wrong-signature; see TestTokenNoticesFaults. A token
// without the flags in the list, a certificate that differs from the card's.
func TestToken(t *testing.T) {
	need(t, append([]string{"p11-kit", "p11tool"}, openscPrograms...)...)
	for _, c := range faces {
		t.Run(c.name(), func(t *testing.T) { beside(t, c, nil, tokenSteps(c)...) })
	}
}

// Requirement: the check above is able to fail: GnuTLS notices a card that
// signs wrongly.
func TestTokenNoticesFaults(t *testing.T) {
	need(t, append([]string{"p11-kit", "p11tool"}, openscPrograms...)...)
	for _, c := range []face{called(t, "series8-T1"), called(t, "series9-T1"), called(t, "series9-iasecc-T1")} {
		is := session(t, c, []string{"--fault", "card.wrong-signature"}, tokenSteps(c)...)["sign with "+c.ids[0]]
		if is.status == 0 || !strings.Contains(is.output, "Public key signature verification has failed") {
			t.Errorf("GnuTLS is content with wrong signatures of %s: status %d\n%s", c.name(), is.status, is.output)
		}
	}
}

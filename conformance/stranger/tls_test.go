package stranger_test

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// tlsServer starts openssl's server on the loopback of the card's own network.
// It lets in nobody without a certificate of the toy authorities, and its page
// shows whose it got.
const tlsServer = `
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key" -out "$dir/certificate" \
	-subj /CN=localhost -addext subjectAltName=DNS:localhost
openssl s_server -accept 4433 -cert "$dir/certificate" -key "$dir/key" -CAfile "$authorities" \
	-Verify 3 -verify_return_error -www >"$dir/server.log" 2>&1 &
for i in $(seq 400); do
	grep -q ACCEPT "$dir/server.log" && exit 0
	sleep 0.05
done
cat "$dir/server.log"
exit 1`

// tlsClient asks for the page with the key of the card. GnuTLS reads the
// passcode from GNUTLS_PIN.
const tlsClient = `
printf 'GET / HTTP/1.0\r\n\r\n' | GNUTLS_PIN="$pin" timeout 30 gnutls-cli --port 4433 --x509cafile "$dir/certificate" \
	--priority "$priority" $with localhost || { status=$?; cat "$dir/server.log"; exit $status; }`

// The card as GnuTLS takes it.
const withCard = `with="--x509certfile $(token);id=%$authentication;type=cert --x509keyfile $(token);id=%$authentication;type=private"`

// tlsSteps make sessions with the card and one without. TLS 1.3 signs with
// RSASSA-PSS only (RFC 8446 §4.2.3).
func tlsSteps(t *testing.T, c face) []step {
	page := []string{"Verify return code: 0 (ok)", "Subject: O=nhs, OU=People, CN=" + c.holder}
	steps := []step{
		{name: "server", run: "authorities=" + authorities(t) + tlsServer},
		{name: "no certificate", run: "with= priority=NORMAL" + tlsClient, fails: true, says: []string{"Certificate is required"}},
		{name: "TLS 1.2", run: withCard + "\npriority=NORMAL:-VERS-TLS1.3" + tlsClient, says: append(page, "Description: (TLS1.2")},
	}
	last := step{name: "TLS 1.3", run: withCard + "\npriority=NORMAL:-VERS-ALL:+VERS-TLS1.3" + tlsClient, says: append(page, "Description: (TLS1.3")}
	if c.noPSS != "" {
		last.fails, last.says = true, []string{"Certificate is required"}
	}
	return append(steps, last)
}

// authorities is a file with the toy authorities' certificates.
func authorities(t *testing.T) string {
	t.Helper()
	var all []byte
	for _, a := range []*testpki.Authority{testpki.Root(), testpki.Authentication()} {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw})...)
	}
	file := filepath.Join(t.TempDir(), "authorities.pem")
	if err := os.WriteFile(file, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

var tlsPrograms = append([]string{"gnutls-cli", "p11tool"}, openscPrograms...)

// Requirement: a TLS client we did not write shows a server we did not write
// the card's certificate and proves its key; the server sees the card holder.
// Turned red by: card.wrong-signature, card.certificate-expired; see
// TestTLSNoticesFaults.
func TestTLS(t *testing.T) {
	need(t, tlsPrograms...)
	for _, c := range faces {
		t.Run(c.name(), func(t *testing.T) { beside(t, c, nil, tlsSteps(t, c)...) })
	}
}

// Requirement: the check above is able to fail: the server turns away a card
// that signs wrongly and one whose certificate has expired.
func TestTLSNoticesFaults(t *testing.T) {
	need(t, tlsPrograms...)
	for _, f := range []struct {
		id, says string
		face     face
	}{
		{"card.wrong-signature", "Decrypt error", called(t, "series8-T1")},
		{"card.certificate-expired", "certificate has expired", called(t, "series9-T1")},
	} {
		is := session(t, f.face, []string{"--fault", f.id}, tlsSteps(t, f.face)...)["TLS 1.2"]
		if is.status == 0 || !strings.Contains(is.output, f.says) {
			t.Errorf("%s with %s, status %d, does not say %q:\n%s", f.face.name(), f.id, is.status, f.says, is.output)
		}
	}
}

